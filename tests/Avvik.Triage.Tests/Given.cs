using System.Text.Json;
using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Messaging.Inbox;
using Avvik.TextProtection;
using Avvik.Testing;
using Avvik.Triage.Persistence;
using Microsoft.Extensions.DependencyInjection;

[assembly: TablesOf(typeof(TriageDbContext))]

namespace Avvik.Triage.Tests;

/// <summary>What comes in, and what the outbox holds afterwards.</summary>
internal static class Given
{
    public const string Hamar = "970540008", Ringsaker = "864950582", SykehusetInnlandet = "983971709", Nordlandssykehuset = "983974910";
    public const string Unclear = "Noe gikk ikke som det skulle.", Clear = "Epikrisen kom ni dager etter utskrivning, og epikrisen manglet hos fastlegen.";

    public static readonly DateTimeOffset ReceivedAt = new(2026, 8, 20, 8, 30, 0, TimeSpan.Zero);

    /// <summary>Of Hamar to the trust, with a category and an agreement: it needs no person unless <paramref name="facts"/> says so.</summary>
    public static DeviationSubmitted Submitted(Func<DeviationFacts, DeviationFacts>? facts = null, string sealedNarrative = "k1.sealed")
    {
        var f = new DeviationFacts
        {
            Reference = "AVV-2026-000001",
            Community = "innlandet",
            Direction = Directions.MunicipalityToTrust,
            ReporterOrganization = Hamar,
            RespondentOrganization = SykehusetInnlandet,
            Agreement = "innlandet-2024",
            Kind = "incident",
            OccurredOn = new(2026, 8, 14),
            ReceivedAt = ReceivedAt,
            Category = "dischargeSummary",
            Clause = "5",
            PatientGroups = ["frailElderly"],
            ActualHarm = "mild",
        };
        return new()
        {
            DeviationId = Guid.CreateVersion7(),
            Version = 1,
            OccurredAt = ReceivedAt,
            Facts = facts?.Invoke(f) ?? f,
            Narrative = new(sealedNarrative)
        };
    }

    /// <summary>The same, with a narrative that the service can read.</summary>
    public static DeviationSubmitted Submitted(this ServiceUnderTest<Program> service, Func<DeviationFacts, DeviationFacts>? facts = null,
        string narrative = Clear) =>
        Submitted(facts, service.Services.GetRequiredService<TextProtector>().Protect(narrative).Value);

    /// <summary>Without a category, and with a text that does not tell: it waits.</summary>
    public static DeviationSubmitted Waiting(this ServiceUnderTest<Program> service, Func<DeviationFacts, DeviationFacts>? facts = null) =>
        service.Submitted(f => (facts?.Invoke(f) ?? f) with { Category = null, Clause = null }, Unclear);

    public static Task ReceiveAsync(this ServiceUnderTest<Program> service, params IEnumerable<PagedEvent> page) =>
        service.Services.GetRequiredService<EventInbox<TriageDbContext>>().ReceiveAsync([.. page], CancellationToken.None);

    public static Task ReceiveAsync(this ServiceUnderTest<Program> service, params IEnumerable<IEvent> events) =>
        service.ReceiveAsync(events.Select(Events.Page));

    public static async Task<T> ReceivedAsync<T>(this ServiceUnderTest<Program> service, T e) where T : IEvent
    {
        await service.ReceiveAsync(e);
        return e;
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
