using System.Net;
using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Contracts.Triage;
using Avvik.Messaging.Inbox;
using Avvik.TextProtection;
using Avvik.Routing.Cases;
using Avvik.Routing.Persistence;
using Avvik.Routing.RoutingRules;
using Avvik.Testing;
using Microsoft.Extensions.DependencyInjection;

[assembly: TablesOf(typeof(RoutingDbContext))]

namespace Avvik.Routing.Tests;

/// <summary>What comes in, and what the outbox holds afterwards.</summary>
internal static class Given
{
    public const string Hamar = "970540008", SykehusetInnlandet = "983971709", Nordlandssykehuset = "983974910";
    public const string Narrative = "Epikrisen kom ni dager etter utskrivning.";

    /// <summary>The directory as it ships, and no rules of the party's own.</summary>
    public static readonly RoutingKnowledge Knowledge = new(new CareDirectory(), PartyRules.None);

    public static readonly DateTimeOffset ReceivedAt = new(2026, 8, 20, 8, 30, 0, TimeSpan.Zero);

    /// <summary>Of Hamar to the trust's division in Tynset, unless <paramref name="facts"/> says otherwise.</summary>
    public static DeviationTriaged Triaged(Func<DeviationFacts, DeviationFacts>? facts = null, string? unit = null, string sealedNarrative = "k1.sealed")
    {
        var f = new DeviationFacts
        {
            Reference = "AVV-2026-000001",
            Community = "innlandet",
            Direction = Directions.MunicipalityToTrust,
            ReporterOrganization = Hamar,
            RespondentOrganization = SykehusetInnlandet,
            RespondentSite = "SI Tynset",
            Agreement = "innlandet-2024",
            Kind = "incident",
            OccurredOn = new(2026, 8, 14),
            ReceivedAt = ReceivedAt,
            Category = "dischargeSummary",
            Clause = "5",
            PatientGroups = ["frailElderly"],
            ActualHarm = "mild",
            HasPatient = true,
        };
        f = facts?.Invoke(f) ?? f;
        return new()
        {
            DeviationId = Guid.CreateVersion7(f.ReceivedAt),
            Version = 2,
            OccurredAt = ReceivedAt.AddSeconds(1),
            Facts = f,
            Priority = Priorities.Normal,
            Reasons = ["category:reporter", "clause:category", "priority:default"],
            Unit = unit,
            Narrative = new(sealedNarrative),
        };
    }

    /// <summary>The same, with a narrative that the service can read.</summary>
    public static DeviationTriaged Triaged(this ServiceUnderTest<Program> service, Func<DeviationFacts, DeviationFacts>? facts = null, string? unit = null,
        string narrative = Narrative) =>
        Triaged(facts, unit, service.Protect(narrative).Value);

    public static DeviationWithdrawn Withdrawn(this ServiceUnderTest<Program> service, Guid id) =>
        new() { DeviationId = id, Version = 2, OccurredAt = ReceivedAt, Organization = Hamar, Reason = service.Protect("Meldt to ganger.") };

    public static Task ReceiveAsync(this ServiceUnderTest<Program> service, params IEnumerable<IEvent> events) =>
        service.ReceiveAsync(events.Select(Events.Page));

    public static Task ReceiveAsync(this ServiceUnderTest<Program> service, params IEnumerable<PagedEvent> page) =>
        service.Services.GetRequiredService<EventInbox<RoutingDbContext>>().ReceiveAsync([.. page], CancellationToken.None);

    public static async Task<T> ReceivedAsync<T>(this ServiceUnderTest<Program> service, T e) where T : IEvent
    {
        await service.ReceiveAsync(e);
        return e;
    }

    /// <summary>Changes a unit of the directory as it stands now.</summary>
    public static async Task<DirectoryUnit> ChangeUnitNowAsync(this IAvvikClient client, string code, DirectoryUnitChange change) =>
        await client.ChangeUnitAsync(code, change, (await client.GetDirectoryAsync()).Version);

    /// <summary>Replaces the party's routing rules as they stand now.</summary>
    public static async Task<RoutingRuleSet> SetRulesNowAsync(this IAvvikClient client, RoutingRuleChange change) =>
        await client.SetRoutingRulesAsync(change, (await client.GetRoutingRulesAsync()).Version);


    /// <summary>Acts on the case as it is now, whatever time does to it meanwhile.</summary>
    public static async Task<CaseDetails> ActNowAsync(this IAvvikClient client, Guid id, string action, CaseAction? body = null)
    {
        while (true)
        {
            try { return await client.ActAsync(id, (await client.GetCaseAsync(id)).Case.Version, action, body ?? new()); }
            catch (AvvikProblemException refused) when (refused.Status == HttpStatusCode.PreconditionFailed) { }
        }
    }

    /// <summary>What the service would have sent, in the order it decided; nothing may have been parked on the way.</summary>
    public static async Task<List<IEvent>> SentAsync(this TestDatabase database)
    {
        Assert.Equal(0, await database.CountAsync("select count(*) from parked_message"));
        return await database.QueryAsync("select type, body from outbox_message order by id",
            r => (IEvent)JsonSerializer.Deserialize(r.GetFieldValue<byte[]>(1), MessageCatalog.Find(r.GetString(0))!.Json)!);
    }

    public static ProtectedText Protect(this ServiceUnderTest<Program> service, string text) => service.Services.GetRequiredService<TextProtector>()
        .Protect(text);

    public static string Reveal(this ServiceUnderTest<Program> service, ProtectedText text) => service.Services.GetRequiredService<TextProtector>()
        .Reveal(text);
}
