extern alias reporting;
extern alias routing;
extern alias statistics;
extern alias triage;

using System.Net.Http.Headers;
using System.Text.Json;
using Avvik.CareDirectories;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using Avvik.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using reporting::Avvik.Reporting.Persistence;
using routing::Avvik.Routing.Persistence;
using statistics::Avvik.Statistics.Persistence;
using triage::Avvik.Triage.Persistence;
using Directory = System.IO.Directory;

namespace Avvik.Cases.Tests;

/// <summary>
/// Reporting, Triage, Routing and Statistics as they run, with a real database each and one clock. The test is the broker: after each act, every event goes to
/// each service that the catalog names. A person's calls go to the services by path, as the gateway sends them.
/// </summary>
public sealed class AllServices : IAsyncDisposable
{
    private readonly List<Member> _members = [];
    private readonly string _files = Directory.CreateTempSubdirectory("avvik-files-").FullName;

    private sealed record Member(string Name, TestDatabase Database, IAsyncDisposable Service, Func<PagedEvent, Task> ReceiveAsync,
        Func<Person, (HttpMessageInvoker Calls, HttpRequestHeaders Headers)> Of, Func<Task> DoDueWorkAsync)
    {
        public long Taken { get; set; }
    }

    public MovableClock Clock { get; } = new(new(2027, 1, 4, 7, 0, 0, TimeSpan.Zero));

    public static async Task<AllServices> StartAsync(DatabaseProvider provider)
    {
        var all = new AllServices();
        await all.AddAsync<reporting::Program, ReportingDbContext>(provider);
        await all.AddAsync<triage::Program, TriageDbContext>(provider);
        await all.AddAsync<routing::Program, RoutingDbContext>(provider);
        await all.AddAsync<statistics::Program, StatisticsDbContext>(provider);
        return all;
    }

    /// <summary>Somebody's client of the whole API.</summary>
    public IAvvikClient As(Person person) => AvvikClient.For(HttpAs(person));

    public HttpClient HttpAs(Person person) => new(new ByPath(path => Of(path).Of(person))) { BaseAddress = new("http://localhost/") };

    /// <summary>Everything that was published arrives, and what follows from it.</summary>
    public async Task SettleAsync()
    {
        for (var arrived = true; arrived;)
        {
            arrived = false;
            foreach (var from in _members)
            {
                var published = await from.Database.QueryAsync($"select id, message_id, type, body from outbox_message where id > {from.Taken} order by id",
                    r => (Id: r.GetInt64(0), Event: new PagedEvent { Id = r.GetGuid(1), Type = r.GetString(2), Body = r.GetFieldValue<byte[]>(3) }));
                foreach (var (id, e) in published)
                {
                    from.Taken = id;
                    if (e.Type.StartsWith("avvik.messaging.", StringComparison.Ordinal)) continue;
                    arrived = true;
                    foreach (var to in _members.Where(m => MessageCatalog.Find(e.Type)!.Consumers.Contains(m.Name, StringComparer.Ordinal)))
                        await to.ReceiveAsync(e);
                }
            }
        }
    }

    /// <summary>Moves the clock to an instant, and lets time do in each service what has come due.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        Clock.Advance(time);
        foreach (var member in _members) await member.DoDueWorkAsync();
        await SettleAsync();
    }

    public Task<List<T>> QueryFactsAsync<T>(string sql, Func<global::System.Data.Common.DbDataReader, T> read) =>
        _members.Single(m => m.Name == "statistics").Database.QueryAsync(sql, read);

    /// <summary>An event that is parked is as lost as one that is dropped.</summary>
    public async Task<long> ParkedAsync()
    {
        long parked = 0;
        foreach (var member in _members) parked += await member.Database.CountAsync("select count(*) from parked_message");
        return parked;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
        {
            await member.Service.DisposeAsync();
            await member.Database.DisposeAsync();
        }
        Directory.Delete(_files, recursive: true);
    }

    private async Task AddAsync<TProgram, TDb>(DatabaseProvider provider) where TProgram : class where TDb : DbContext
    {
        var database = await Databases.CreateAsync(provider);
        var service = new ServiceUnderTest<TProgram>(database, Clock, ("Questions:PerMinute", "1000000"), ("Watermarks:MarginSeconds", "0"),
            ("Attachments:Folder", _files));
        var calls = new HttpMessageInvoker(service.Server.CreateHandler());
        _members.Add(new(typeof(TProgram).Assembly.GetName().Name!["Avvik.".Length..].ToLowerInvariant(), database, service,
            async e =>
            {
                await service.Services.GetRequiredService<EventInbox<TDb>>().ReceiveAsync([e], CancellationToken.None);
                // A service follows the directory every other second, and the clock stands still.
                var entry = MessageCatalog.Find(e.Type)!;
                if (JsonSerializer.Deserialize(e.Body, entry.Json) is DirectoryPublished directory)
                    service.Services.GetRequiredService<CurrentDirectory>().Replace(directory);
            },
            person => (calls, service.As(person.Organization, person.Role, person.Unit, subject: person.Subject).DefaultRequestHeaders),
            async () =>
            {
                foreach (var watch in service.Services.GetServices<IHostedService>().OfType<DueWorkService<TDb>>())
                    await watch.RunOnceAsync(CancellationToken.None);
            }));
    }

    private Member Of(string path) => _members.Single(m => m.Name == path.Split('/')[3] switch
    {
        "deviations" or "changes" or "vocabulary" or "redactions" => "reporting",
        "triage" => "triage",
        "access-log" => path.Split('/')[4],
        "statistics" or "reports" or "signals" => "statistics",
        _ => "routing",
    });

    private sealed class ByPath(Func<string, (HttpMessageInvoker Calls, HttpRequestHeaders Headers)> of) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var (calls, headers) = of(request.RequestUri!.AbsolutePath);
            foreach (var (name, values) in headers) request.Headers.TryAddWithoutValidation(name, values);
            return calls.SendAsync(request, cancellationToken);
        }
    }
}

/// <summary>Somebody at work.</summary>
public sealed record Person(string Organization, string Role, string? Unit = null)
{
    public string Subject => $"{Role}-{Unit ?? Organization}";
}

/// <summary>All services on each engine, made once: the tests follow each other in time, and each asks for its own case.</summary>
public sealed class AllServicesOnBothEngines : IAsyncLifetime
{
    private readonly Dictionary<DatabaseProvider, AllServices> _services = [];

    public AllServices On(DatabaseProvider provider) => _services[provider];

    public async Task InitializeAsync()
    {
        foreach (var provider in new[] { DatabaseProvider.Sqlite, DatabaseProvider.Postgres }) _services.Add(provider, await AllServices.StartAsync(provider));
    }

    public async Task DisposeAsync()
    {
        foreach (var services in _services.Values) await services.DisposeAsync();
    }
}

[CollectionDefinition(nameof(AllServicesOnBothEngines))]
public sealed class OnAllServices : ICollectionFixture<AllServicesOnBothEngines>;
