using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Hosting.Callers;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using Avvik.Statistics.Facts;
using Avvik.Statistics.Persistence;
using Avvik.Testing;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.Statistics.Tests;

/// <summary>The service on each engine, made once; each test empties the one it uses.</summary>
public sealed class StatisticsServices : IAsyncLifetime
{
    private readonly Dictionary<DatabaseProvider, StatisticsService> _services = [];

    public async Task InitializeAsync()
    {
        foreach (var provider in new[] { DatabaseProvider.Sqlite, DatabaseProvider.Postgres })
            _services.Add(provider, new(await Databases.CreateAsync(provider)));
    }

    internal async Task<StatisticsService> EmptyAsync(DatabaseProvider provider)
    {
        await _services[provider].EmptyAsync();
        return _services[provider];
    }

    public async Task DisposeAsync()
    {
        foreach (var service in _services.Values) await service.DisposeAsync();
    }
}

[CollectionDefinition(nameof(StatisticsServices))]
public sealed class OnStatisticsServices : ICollectionFixture<StatisticsServices>;

/// <summary>The whole service but for the broker, which is not there: events come in where the bus would hand them over.</summary>
internal sealed class StatisticsService(TestDatabase database, params (string Name, string Value)[] settings) : WebApplicationFactory<Program>
{
    public const string Hamar = "970540008", Ringsaker = "864950582", InnlandetTrust = "983971709";
    /// <summary>In the third quarter, in the afternoon.</summary>
    public static readonly DateTimeOffset Now = new(2026, 9, 20, 14, 0, 0, TimeSpan.FromHours(2));

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly string _keyFile = Path.GetTempFileName();

    public MovableClock Clock { get; } = new(Now);

    public TestDatabase Database => database;

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        File.WriteAllText(_keyFile, _key.ExportSubjectPublicKeyInfoPem());
        foreach (var (name, value) in database.Settings.Concat(EventKeys.SettingsOf("statistics")).Select(s => (s.Key, s.Value)).Concat(settings))
            builder.UseSetting(name, value);
        builder.UseSetting("InternalToken:PublicKeyFile", _keyFile);
        builder.UseSetting("NoteProtection:ActiveKey", "k1");
        builder.UseSetting("NoteProtection:Keys:k1", TestKeys.Of("NoteProtection"));
        if (!settings.Any(s => s.Name == "Questions:PerMinute")) builder.UseSetting("Questions:PerMinute", "1000000");
        // The clock stands still: a watermark counts at once.
        builder.UseSetting("Watermarks:MarginSeconds", "0");
        // Nothing listens there.
        builder.UseSetting("RabbitMq:Uri", "amqp://guest:guest@127.0.0.1:1/");
        builder.ConfigureTestServices(services => services.AddSingleton<TimeProvider>(Clock));
    }

    /// <summary>A page of events, each under an id of its own unless it is given.</summary>
    public Task ReceiveAsync(params IEnumerable<CaseChanged> events) => ReceiveAsync(events.Select(e => (Guid.CreateVersion7(), e)));

    public Task ReceiveAsync(IEnumerable<CaseSnapshotPublished> events) =>
        Services.GetRequiredService<EventInbox<StatisticsDbContext>>().ReceiveAsync([.. events.Select(Events.Page)], CancellationToken.None);

    public Task ReceiveAsync(IEnumerable<(Guid MessageId, CaseChanged Event)> page)
    {
        var entry = MessageCatalog.Of(typeof(CaseChanged));
        return Services.GetRequiredService<EventInbox<StatisticsDbContext>>().ReceiveAsync(
            [.. page.Select(e => new PagedEvent { Id = e.MessageId, Type = entry.Name, Body = JsonSerializer.SerializeToUtf8Bytes(e.Event, entry.Json) })],
                CancellationToken.None);
    }

    public async Task<List<Fact>> FactsAsync()
    {
        await using var db = await Services.GetRequiredService<IDbContextFactory<StatisticsDbContext>>().CreateDbContextAsync();
        return [.. (await db.Facts.ToListAsync()).OrderBy(f => f.DeviationId)];
    }

    public async Task EmptyAsync()
    {
        _ = Server;
        foreach (var table in new[] { "facts", "fact_columns", "fact_changes", "frozen_reports", "protected_cubes",
            "publisher_watermark", "parked_message", "signals" })
            await database.ExecuteAsync($"delete from {table}");
        Clock.Advance(Now - Clock.GetUtcNow());
        await ReceiveWatermarksAsync(Now.AddYears(10));
    }

    /// <summary>Everything that was decided before that moment has arrived; in Triage, unless said otherwise, everything that Reporting had.</summary>
    public Task ReceiveWatermarksAsync(DateTimeOffset until, DateTimeOffset? reporting = null, DateTimeOffset? previous = null)
    {
        var fromReporting = new AppliedWatermark("reporting", reporting ?? until);
        return Services.GetRequiredService<EventInbox<StatisticsDbContext>>().ReceiveAsync(
            [Events.Watermark("triage", until, previous, fromReporting),
                Events.Watermark("routing", until, previous, fromReporting, new("triage", until))], CancellationToken.None);
    }

    public HttpClient As(string organization, params string[] roles) => Authorized(Token(organization, unit: null, roles));

    public HttpClient AsOfUnit(string organization, string unit, string role) => Authorized(Token(organization, unit, [role]));

    public HttpClient AsPerson(string subject, string organization, string role) => Authorized(Token(organization, unit: null, [role], subject));

    private HttpClient Authorized(string token)
    {
        var client = CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    public Task<StatisticsAnswer> AskAsync(string query, string organization = Hamar, string role = Roles.Coordinator) =>
        AvvikClient.For(As(organization, role)).GetStatisticsAsync(QueryRecords.Of<StatisticsQuery>(query));

    public async Task<JsonElement> RefusalAsync(string query)
    {
        using var http = As(Hamar, Roles.Coordinator);
        using var answer = await http.GetAsync(new Uri($"/api/v1/statistics?{query}", UriKind.Relative));
        Assert.False(answer.IsSuccessStatusCode, query);
        return JsonElement.Parse(await answer.Content.ReadAsByteArrayAsync());
    }

    // As the gateway makes them; what signs and checks is the real thing.
    private string Token(string organization, string? unit, string[] roles, string subject = "test") =>
        new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = InternalToken.Issuer,
            Audience = InternalToken.AudienceOf("statistics"),
            Expires = TimeProvider.System.GetUtcNow().AddMinutes(5).UtcDateTime,
            Claims = new Dictionary<string, object>(unit is null ? [] : [new("unit", unit)], StringComparer.Ordinal)
            {
                ["sub"] = subject,
                ["client_id"] = "test",
                ["organization"] = organization,
                ["role"] = roles,
            },
            SigningCredentials = new(new ECDsaSecurityKey(_key), SecurityAlgorithms.EcdsaSha256),
        });

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _key.Dispose();
        File.Delete(_keyFile);
        await database.DisposeAsync();
    }
}

internal static class ClientExtensions
{
    /// <summary>Asks with a query string, as people write them.</summary>
    public static Task<StatisticsAnswer> AskAsync(this IAvvikClient client, string query) => client.GetStatisticsAsync(QueryRecords.Of<StatisticsQuery>(query));
}
