extern alias routing;
extern alias triage;

using System.Data.Common;
using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Contracts.Routing;
using Avvik.Contracts.Triage;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using Avvik.Testing;
using Avvik.TextProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using routing::Avvik.Routing.MoveCases;
using routing::Avvik.Routing.Persistence;
using triage::Avvik.Triage.Persistence;

namespace Avvik.Cases.Tests;

/// <summary>Both services as they run, a real database each; the test is the broker, and decides which event arrives when and how often.</summary>
internal sealed class TriageAndRouting : IAsyncDisposable
{
    public const string Hamar = "970540008", SykehusetInnlandet = "983971709";

    private readonly TestDatabase _triageDatabase, _routingDatabase;
    private readonly ServiceUnderTest<triage::Program> _triage;
    private readonly ServiceUnderTest<routing::Program> _routing;
    private (long Triage, long Routing) _taken;

    private TriageAndRouting(TestDatabase triageDatabase, TestDatabase routingDatabase, MovableClock clock)
    {
        (_triageDatabase, _routingDatabase, Clock) = (triageDatabase, routingDatabase, clock);
        (_triage, _routing) = (new(triageDatabase, clock), new(routingDatabase, clock));
        TriageCoordinator = _triage.ClientAs(SykehusetInnlandet, Roles.Coordinator);
        Coordinator = _routing.ClientAs(SykehusetInnlandet, Roles.Coordinator);
    }

    public MovableClock Clock { get; }

    /// <summary>The respondent's coordinator, in each service.</summary>
    public IAvvikClient TriageCoordinator { get; }
    public IAvvikClient Coordinator { get; }

    /// <summary>Another party's coordinator, in each service.</summary>
    public (IAvvikClient Triage, IAvvikClient Routing) CoordinatorOf(string organization) =>
        (_triage.ClientAs(organization, Roles.Coordinator), _routing.ClientAs(organization, Roles.Coordinator));

    /// <summary>Published and not delivered yet.</summary>
    public List<Delivery> InFlight { get; } = [];

    public List<Delivery> Delivered { get; } = [];

    /// <summary>What every service that follows cases receives.</summary>
    public List<CaseChanged> Changes { get; } = [];

    public List<ReporterInformed> Words { get; } = [];

    public static async Task<TriageAndRouting> StartAsync(DatabaseProvider provider) =>
        new(await Databases.CreateAsync(provider), await Databases.CreateAsync(provider), new MovableClock(new(2026, 8, 20, 8, 30, 0, TimeSpan.Zero)));

    public ProtectedText Protect(string text) => _triage.Services.GetRequiredService<TextProtector>().Protect(text);

    public string Reveal(ProtectedText text) => _triage.Services.GetRequiredService<TextProtector>().Reveal(text);

    /// <summary>Moves time, and lets it do what has come due in both services.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        Clock.Advance(time);
        await Watch<TriageDbContext>(_triage.Services).RunOnceAsync(CancellationToken.None);
        await Watch<RoutingDbContext>(_routing.Services).RunOnceAsync(CancellationToken.None);
        await CollectAsync();
    }

    /// <summary>Changes a unit of the directory as it stands now.</summary>
    public async Task ChangeUnitAsync(string unit, DirectoryUnitChange change) =>
        await Coordinator.ChangeUnitAsync(unit, change, (await Coordinator.GetDirectoryAsync()).Version);

    public async Task CloseUnitAsync(string unit)
    {
        await ChangeUnitAsync(unit, new() { Name = unit, ClosedOn = "2026-08-01", Reason = "Nedlagt." });
        await _routing.Services.GetServices<IHostedService>().OfType<ClosedUnitWatch>().Single().MoveAsync(CancellationToken.None);
        await CollectAsync();
    }

    /// <summary>A deviation that waits for a coordinator.</summary>
    public async Task SubmitAsync(Guid id)
    {
        Publish(new DeviationSubmitted
        {
            DeviationId = id,
            Version = 1,
            OccurredAt = Clock.GetUtcNow(),
            Narrative = Protect("Noe gikk ikke som det skulle."),
            Facts = new()
            {
                Reference = "AVV-2026-000001",
                Community = "innlandet",
                Direction = Directions.MunicipalityToTrust,
                ReporterOrganization = Hamar,
                RespondentOrganization = SykehusetInnlandet,
                Agreement = "innlandet-2024",
                Kind = "incident",
                OccurredOn = new(2026, 8, 14),
                ReceivedAt = Clock.GetUtcNow(),
                PatientGroups = [],
                ActualHarm = "mild",
            },
        });
        await DeliverAsync(InFlight.Single(d => d.Message is DeviationSubmitted && d.Message.AggregateId == id));
    }

    /// <summary>Submits a deviation and takes its case to its closing.</summary>
    public async Task CloseAsync(Guid id, string measureOwner = "si-tynset")
    {
        await SubmitAsync(id);
        await TriageCoordinator.DecideAsync(id, new() { Decision = "route", Category = "medication" });
        await SettleAsync(0);
        await ActAsync(id, "acknowledge");
        await ActAsync(id, "start");
        await ActAsync(id, "answer", new()
        {
            Text = "Rutinen er endret.",
            ContributingFactors = ["capacity"],
            Measures = [new() { Description = "Opplæring", Owner = measureOwner, DueDate = $"{Clock.GetUtcNow().AddDays(9):yyyy-MM-dd}" }],
        });
        await ActAsync(id, "close");
    }

    /// <summary>Acts on the case as it is now.</summary>
    public async Task ActAsync(Guid id, string action, CaseAction? body = null)
    {
        await Coordinator.ActAsync(id, (await Coordinator.GetCaseAsync(id)).Case.Version, action, body ?? new());
        await CollectAsync();
    }

    public void Withdraw(Guid id) =>
        Publish(new DeviationWithdrawn
        {
            DeviationId = id,
            Version = 1,
            OccurredAt = Clock.GetUtcNow(),
            Organization = Hamar,
            Reason = Protect("Meldt to ganger."),
        });

    /// <summary>Everything arrives at last, in some order.</summary>
    public async Task SettleAsync(int seed)
    {
        var random = new Random(seed);
        await CollectAsync();
        while (InFlight.Count > 0) await DeliverAsync(InFlight[random.Next(InFlight.Count)]);
    }

    /// <summary>Something that Reporting publishes.</summary>
    public void Publish(IEvent e) => Take(Events.Page(e));

    public async Task DeliverAsync(Delivery delivery)
    {
        InFlight.Remove(delivery);
        Delivered.Add(delivery);
        await (delivery.ToTriage
            ? _triage.Services.GetRequiredService<EventInbox<TriageDbContext>>().ReceiveAsync([delivery.Event], CancellationToken.None)
            : _routing.Services.GetRequiredService<EventInbox<RoutingDbContext>>().ReceiveAsync([delivery.Event], CancellationToken.None));
        await CollectAsync();
    }

    /// <summary>Takes up what the services have published since, and delivers the directory, which the cases do not depend on, at once.</summary>
    public async Task CollectAsync()
    {
        _taken.Triage = await CollectAsync(_triageDatabase, _taken.Triage);
        _taken.Routing = await CollectAsync(_routingDatabase, _taken.Routing);
        foreach (var directory in InFlight.Where(d => MessageCatalog.Find(d.Event.Type)!.Type == typeof(DirectoryPublished))
            .ToList()) await DeliverAsync(directory);
    }

    /// <summary>Nothing may have been parked: an event that a handler refuses is as lost as one that it drops.</summary>
    public async Task<long> ParkedAsync() =>
        await _triageDatabase.CountAsync("select count(*) from parked_message") + await _routingDatabase.CountAsync("select count(*) from parked_message");

    public async ValueTask DisposeAsync()
    {
        await _triage.DisposeAsync();
        await _routing.DisposeAsync();
        await _triageDatabase.DisposeAsync();
        await _routingDatabase.DisposeAsync();
    }

    private async Task<long> CollectAsync(TestDatabase database, long after)
    {
        foreach (var (id, e) in await database.QueryAsync($"select message_id, type, body, id from outbox_message where id > {after} order by id", Read))
        {
            Take(e);
            after = id;
        }
        return after;

        static (long, PagedEvent) Read(DbDataReader r) =>
            (r.GetInt64(3), new() { Id = r.GetGuid(0), Type = r.GetString(1), Body = r.GetFieldValue<byte[]>(2) });
    }

    private void Take(PagedEvent e)
    {
        var message = (IEvent)JsonSerializer.Deserialize(e.Body, MessageCatalog.Find(e.Type)!.Json)!;
        if (message is CaseChanged changed) Changes.Add(changed);
        if (message is ReporterInformed words) Words.Add(words);
        if (message is DeviationSubmitted or DeviationWithdrawn or ReporterAnswered or PatientsAdded or CaseReopened or FactsCorrected or DirectoryPublished)
            InFlight.Add(new(e, message, ToTriage: true));
        if (message is DeviationTriaged or DeviationWithdrawn or ReporterAnswered or PatientsAdded or DeviationMerged or ReopenedCaseChanged)
            InFlight.Add(new(e, message, ToTriage: false));
    }

    private static DueWorkService<TDb> Watch<TDb>(IServiceProvider services) where TDb : Microsoft.EntityFrameworkCore.DbContext =>
        services.GetServices<IHostedService>().OfType<DueWorkService<TDb>>().Single();
}

/// <summary>An event on its way to one of the two.</summary>
internal sealed record Delivery(PagedEvent Event, IEvent Message, bool ToTriage);
