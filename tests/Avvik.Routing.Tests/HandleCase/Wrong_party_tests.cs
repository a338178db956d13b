using System.Net;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.HandleCase;

/// <summary>The case is another party's to answer, or nobody knew which unit's: there is a way on, and it is counted as what it is.</summary>
public sealed class Wrong_party_tests
{
    private const string Elverum = "952857991", Aamot = "940152496", Bodoe = "972418013";

    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static ServiceUnderTest<Program> Start(TestDatabase database) => new(database, new MovableClock(Given.ReceivedAt.AddHours(1)));

    private static IAvvikClient Coordinator(ServiceUnderTest<Program> service, string organization) => service.ClientAs(organization, Roles.Coordinator);

    // The trust reports to Elverum what is Åmot's.
    private static async Task<Guid> ReportedToElverumAsync(ServiceUnderTest<Program> service) => (await service.ReceivedAsync(service.Triaged(f => f with
    {
        Direction = Directions.TrustToMunicipality,
        ReporterOrganization = Given.SykehusetInnlandet,
        RespondentOrganization = Elverum,
        RespondentSite = null,
        Category = "discharge",
        PatientMunicipality = "3422",
    }))).DeviationId;

    private static async Task<string> RefusalAsync(Task call)
    {
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => call);
        return refused.Problem.TryGetProperty("errors", out var errors)
            ? string.Join(' ', errors.EnumerateArray().Select(e => $"{e.GetProperty("pointer").GetString()}:{e.GetProperty("code").GetString()}"))
            : refused.Problem.GetProperty("type").GetString()!["urn:avvik:problem:".Length..];
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Case_handed_over_is_the_right_partys_with_its_own_time(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.ReceivedAt.AddHours(1));
        await using var service = new ServiceUnderTest<Program>(database, clock);
        var id = await ReportedToElverumAsync(service);
        clock.Advance(TimeSpan.FromDays(7));
        // What time does to the case in these days may come between reading it and acting on it.
        await Eventually.IsTrue(async () =>
        {
            var version = (await Coordinator(service, Elverum).GetCaseAsync(id)).Case.Version;
            try { await Coordinator(service, Elverum).HandOverAsync(id, version, new() { Organization = Aamot, Reason = "Pasienten bor i Åmot." }); }
            catch (AvvikProblemException stale) when (stale.Status == HttpStatusCode.PreconditionFailed) { return false; }
            return true;
        }, TimeSpan.FromSeconds(30));

        Assert.Equal("notFound", await RefusalAsync(Coordinator(service, Elverum).GetCaseAsync(id)));
        var details = await service.ClientAs(Aamot, Roles.Handler, "3422-tildeling").GetCaseAsync(id);
        Assert.Equal((CaseStates.Routed, "3422-tildeling", 0, Aamot), (details.Case.State, details.Case.Unit, details.Case.Hops,
            details.Case.RespondentOrganization));
        Assert.Equal(new DateOnly(2026, 9, 17), DateOnly.FromDateTime(details.Case.DueAt.AddHours(1).UtcDateTime));
        Assert.Contains("acknowledge", details.AllowedActions);
        var line = details.Timeline[^1];
        Assert.Equal(("handedOver", Elverum), (line.Action, line.Organization));
        Assert.StartsWith("Pasienten bor i Åmot.\nBesvares av: Elverum → Åmot\n", line.Text, StringComparison.Ordinal);

        var sent = await database.SentAsync();
        var changed = sent.OfType<CaseChanged>().Last();
        Assert.Equal(("handedOver", Aamot, 0), (changed.Action, changed.Facts.RespondentOrganization, changed.Hops));
        Assert.Equal([Elverum], changed.EarlierRespondents!);
        Assert.Equal(line.Text, service.Reveal(sent.OfType<ReporterInformed>().Last().Text));
        Assert.Equal(Aamot, Assert.Single(sent.OfType<FactsCorrected>()).Facts.RespondentOrganization);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Case_can_be_handed_over_to_a_party_with_another_agreement(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = Start(database);
        var id = await ReportedToElverumAsync(service);
        // Whoever reported to the wrong party can mend that too, and still sees the case.
        await Coordinator(service, Given.SykehusetInnlandet).HandOverAsync(id, 3, new() { Organization = Bodoe, Reason = "Bor i Bodø." });
        var details = await Coordinator(service, Bodoe).GetCaseAsync(id);
        Assert.Equal((null, "1804-tildeling"), (details.Agreement?.Code, details.Case.Unit));
        Assert.Equal(Bodoe, (await Coordinator(service, Given.SykehusetInnlandet).GetCaseAsync(id)).Case.RespondentOrganization);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Serious_case_handed_over_is_a_new_duty_to_notify(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = Start(database);
        var id = (await service.ReceivedAsync(service.Triaged(f => f with { RespondentOrganization = Elverum, RespondentSite = null, ActualHarm = "death" })))
            .DeviationId;
        await Coordinator(service, Elverum).HandOverAsync(id, 3, new() { Organization = Aamot, SuggestedUnit = "3422-lege", Reason = "Åmots pasient." });
        var details = await Coordinator(service, Aamot).GetCaseAsync(id);
        Assert.Equal("3422-lege", details.Case.Unit);
        Assert.Null(details.SeriousIncident!.Notice);
    }

    [Fact]
    public async Task Hand_over_is_refused_to_those_who_cannot_have_the_case()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = Start(database);
        var id = await ReportedToElverumAsync(service);
        var coordinator = Coordinator(service, Elverum);
        Assert.Equal("/reason:required /organization:required", await RefusalAsync(coordinator.HandOverAsync(id, 3, new())));
        foreach (var (organization, code) in new[] { ("999999999", "unknownOrganization"), (Elverum, "nothingToChange"),
            (Given.SykehusetInnlandet, "ownOrganization") })
            Assert.Equal($"/organization:{code}",
                await RefusalAsync(coordinator.HandOverAsync(id, 3, new() { Organization = organization, Reason = "Feil." })));
        Assert.Equal("/suggestedUnit:unknownUnit",
            await RefusalAsync(coordinator.HandOverAsync(id, 3, new() { Organization = Aamot, SuggestedUnit = "3420-lege", Reason = "Feil." })));
        Assert.Equal("forbidden", await RefusalAsync(service.ClientAs(Elverum, Roles.Handler, "3420-tildeling")
            .HandOverAsync(id, 3, new() { Organization = Aamot, Reason = "Feil." })));
        // What has been answered is answered.
        foreach (var (action, body) in new[] { ("acknowledge", new CaseAction()), ("start", new()),
            ("answer", new() { Text = "Svar.", ContributingFactors = ["capacity"], NoMeasuresReason = "Engangstilfelle." }) })
            await coordinator.ActNowAsync(id, action, body);
        Assert.Equal("actionNotAllowed", await RefusalAsync(coordinator.HandOverAsync(id, 6, new() { Organization = Aamot, Reason = "Feil." })));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Coordinator_rejects_a_routed_case_and_the_reporter_is_told_why(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = Start(database);
        var id = await ReportedToElverumAsync(service);
        Assert.Equal("/reason:required /reasonCode:required", await RefusalAsync(Coordinator(service, Elverum).ActAsync(id, 3, "reject")));
        var wrong = new CaseAction { ReasonCode = "wrongParty", Reason = "Ingen kommune i fellesskapet." };
        Assert.Equal("forbidden", await RefusalAsync(Coordinator(service, Given.SykehusetInnlandet).ActAsync(id, 3, "reject", wrong)));
        var rejected = await Coordinator(service, Elverum).ActAsync(id, 3, "reject", wrong);
        Assert.Equal((CaseStates.Rejected, "rejected"), (rejected.Case.State, rejected.Timeline[^1].Action));
        var sent = await database.SentAsync();
        Assert.Equal("wrongParty", sent.OfType<CaseChanged>().Last().RejectionReason);
        Assert.Equal("Feil part: Ingen kommune i fellesskapet.", service.Reveal(sent.OfType<ReporterInformed>().Last().Text));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Forwarding_by_the_fallback_unit_is_no_hop(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = Start(database);
        var id = (await service.ReceivedAsync(service.Triaged(f => f with { RespondentSite = null }))).DeviationId;
        var coordinator = Coordinator(service, Given.SykehusetInnlandet);
        Assert.Equal(("si-samhandling", "fallback"), (await coordinator.GetCaseAsync(id)) is var c ? (c.Case.Unit, c.Routing.Rule) : default);
        Assert.Equal("/suggestedUnit:required", await RefusalAsync(coordinator.ActAsync(id, 3, "return", new() { Reason = "Gjelder Elverum." })));
        var forwarded = await coordinator.ActAsync(id, 3, "return", new() { Reason = "Gjelder Elverum.", SuggestedUnit = "si-elverum-hamar" });
        Assert.Equal(("si-elverum-hamar", 0, CaseStates.Routed, "forwarded", "forwarded"),
            (forwarded.Case.Unit, forwarded.Case.Hops, forwarded.Case.State, forwarded.Routing.Rule, forwarded.Timeline[^1].Action));
        Assert.Empty((await database.SentAsync()).OfType<CaseChanged>().Last().UnitHops!);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Unknown_site_is_shown_until_it_is_corrected(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = Start(database);
        var triaged = service.Triaged(f => f with { RespondentSite = null }) with { UnknownSite = service.Protect("Elverum sykehus") };
        await service.ReceiveAsync(triaged);
        var coordinator = Coordinator(service, Given.SykehusetInnlandet);
        Assert.Equal("Elverum sykehus", (await coordinator.GetCaseAsync(triaged.DeviationId)).UnknownSite);
        Assert.Equal("/site:unknownSite",
            await RefusalAsync(coordinator.ActAsync(triaged.DeviationId, 3, "reclassify", new() { Site = "Elverum sykehus", Reason = "Rettet." })));
        var corrected = await coordinator.ActAsync(triaged.DeviationId, 3, "reclassify", new() { Site = "si  elverum", Reason = "Rettet." });
        Assert.Equal(("SI Elverum", null, "si-elverum-hamar", "site"),
            (corrected.Site, corrected.UnknownSite, corrected.Case.Unit, corrected.Routing.Rule));
    }
}
