using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Contracts.Triage;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.MergeCase;

/// <summary>Two reports of one event: merged when one party answers both, linked when each has its own answer.</summary>
public sealed class Linked_cases_tests
{
    private const string Ringsaker = "864950582";

    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static ServiceUnderTest<Program> Start(TestDatabase database) => new(database, new MovableClock(Given.ReceivedAt.AddHours(1)));

    private static DeviationTriaged Report(ServiceUnderTest<Program> service, string from, string to, string reference, params Guid[] samePatient)
    {
        var isForTrust = to == Given.SykehusetInnlandet;
        var triaged = service.Triaged(f => f with
        {
            Reference = reference,
            ReporterOrganization = from,
            RespondentOrganization = to,
            RespondentSite = isForTrust ? "SI Tynset" : null,
            Direction = isForTrust ? Directions.MunicipalityToTrust : Directions.TrustToMunicipality,
        });
        return triaged with { SamePatient = samePatient };
    }

    private static async Task<string> ErrorAsync(Task call)
    {
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => call);
        return refused.Problem.TryGetProperty("errors", out var errors) ? errors[0].GetProperty("code").GetString()!
            : refused.Problem.GetProperty("type").GetString()!["urn:avvik:problem:".Length..];
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Open_cases_of_one_respondent_are_merged_whatever_they_were_flagged_with(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = Start(database);
        var (main, same) = (Report(service, Given.Hamar, Given.SykehusetInnlandet, "AVV-2026-000001"),
            Report(service, Ringsaker, Given.SykehusetInnlandet, "AVV-2026-000002"));
        await service.ReceiveAsync(main, same);
        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        var merge = new CaseAction { OtherCase = main.DeviationId, Reason = "Samme hendelse." };
        Assert.Equal("forbidden", await ErrorAsync(service.ClientAs(Ringsaker, Roles.Coordinator).ActAsync(same.DeviationId, 3, "merge", merge)));
        Assert.Equal("noMainCase", await ErrorAsync(coordinator.ActAsync(same.DeviationId, 3, "merge", merge with { OtherCase = same.DeviationId })));
        var merged = await coordinator.ActAsync(same.DeviationId, 3, "merge", merge);
        Assert.Equal((CaseStates.Duplicate, "duplicate", "Samme hendelse."), (merged.Case.State, merged.Timeline[^1].Action, merged.Timeline[^1].Text));
        var kept = await coordinator.GetCaseAsync(main.DeviationId);
        Assert.Equal((same.DeviationId, "AVV-2026-000002"), Assert.Single(kept.Duplicates) is var d ? (d.Id, d.Reference) : default);
        Assert.Equal(main.DeviationId, (await database.SentAsync()).OfType<CaseChanged>().Last(c => c.DeviationId == same.DeviationId).MainCase);
        // Ended: nothing is merged into it.
        Assert.Equal("noMainCase", await ErrorAsync(coordinator.ActAsync(main.DeviationId, 4, "merge", merge with { OtherCase = same.DeviationId })));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Reports_in_opposite_directions_are_suggested_and_linked_as_one_event(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = Start(database);
        var first = Report(service, Given.Hamar, Given.SykehusetInnlandet, "AVV-2026-000001");
        var second = Report(service, Given.SykehusetInnlandet, Given.Hamar, "AVV-2026-000002", first.DeviationId);
        // The later report arrives first, and twice.
        await service.ReceiveAsync(second, second, first);
        var (trust, hamar) = (service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator), service.ClientAs(Given.Hamar, Roles.Coordinator));
        Assert.Equal("AVV-2026-000002", Assert.Single((await trust.GetCaseAsync(first.DeviationId)).SuggestedLinks).Reference);
        Assert.Equal("AVV-2026-000001", Assert.Single((await hamar.GetCaseAsync(second.DeviationId)).SuggestedLinks).Reference);

        Assert.Equal("noMainCase",
            await ErrorAsync(trust.ActAsync(first.DeviationId, 3, "merge", new() { OtherCase = second.DeviationId, Reason = "Samme." })));
        var linked = await trust.ActAsync(first.DeviationId, 3, "link", new() { OtherCase = second.DeviationId, Reason = "Samme utskrivning." });
        Assert.Equal((CaseStates.Routed, "linked", "AVV-2026-000002: Samme utskrivning."),
            (linked.Case.State, linked.Timeline[^1].Action, linked.Timeline[^1].Text));
        Assert.Empty(linked.SuggestedLinks);
        Assert.Equal((first.DeviationId, Given.Hamar), Assert.Single((await hamar.GetCaseAsync(second.DeviationId)).Linked) is var l
            ? (l.Id!.Value, l.ReporterOrganization) : default);
        var latest = (await database.SentAsync()).OfType<CaseChanged>().GroupBy(c => c.DeviationId).Select(g => g.MaxBy(c => c.Version)!).ToList();
        Assert.NotNull(Assert.Single(latest.Select(c => c.EventId).Distinct()));

        var alone = await hamar.ActAsync(second.DeviationId, 4, "unlink", new() { Reason = "Gjaldt dagen etter." });
        Assert.Empty(alone.Linked);
        Assert.Equal("actionNotAllowed", await ErrorAsync(hamar.ActAsync(second.DeviationId, 5, "unlink", new() { Reason = "Igjen." })));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Linked_case_of_other_parties_is_known_by_its_reference_only(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = Start(database);
        var (one, two) = (Report(service, Given.Hamar, Given.SykehusetInnlandet, "AVV-2026-000001"),
            Report(service, Ringsaker, Given.SykehusetInnlandet, "AVV-2026-000002"));
        await service.ReceiveAsync(one, two);
        var link = new CaseAction { OtherCase = two.DeviationId, Reason = "Samme nedetid." };
        // What a party has no part in does not exist for it.
        Assert.Equal("noOpenCase", await ErrorAsync(service.ClientAs(Given.Hamar, Roles.Coordinator).ActAsync(one.DeviationId, 3, "link", link)));
        await service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator).ActAsync(one.DeviationId, 3, "link", link);
        Assert.Equal(new LinkedCase(null, "AVV-2026-000002", null, null, null),
            Assert.Single((await service.ClientAs(Given.Hamar, Roles.Reporter).GetCaseAsync(one.DeviationId)).Linked));
    }
}
