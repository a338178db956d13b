using System.Net;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.Access;

/// <summary>Access inside a party is by need: a unit's people see the unit's cases, and a restricted unit's cases are theirs alone.</summary>
public sealed class Units_inside_a_party_tests
{
    private const string Word = "kvasteved";

    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static async Task<HttpStatusCode> StatusAsync(Task call) => (await Assert.ThrowsAsync<AvvikProblemException>(() => call)).Status;

    /// <summary>Everything through which a case could be learnt of: none of it may tell, or all of it does.</summary>
    private static async Task AssertSeesAsync(IAvvikClient client, Guid id, bool sees)
    {
        if (sees) Assert.Equal(id, (await client.GetCaseAsync(id)).Case.Id);
        else Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(client.GetCaseAsync(id)));
        foreach (var query in new CaseQuery[] { new(), new() { Q = Word }, new() { Unit = "si-tynset" }, new() { Sort = "-receivedAt" } })
            Assert.Equal(sees, (await client.ListCasesAsync(query)).Items.Any(c => c.Id == id));
        Assert.Equal(sees ? 1 : 0, (await client.CountCasesAsync()).Open);
        if (!sees) Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(client.ListSimilarAsync(id)));
        if (!sees) Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(client.ActAsync(id, 3, "acknowledge")));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Unit_sees_the_cases_it_has_and_those_it_reported(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var id = (await service.ReceivedAsync(service.Triaged(f => f with { ReporterUnit = "3403-sykepleie" },
            narrative: $"Epikrisen for {Word} kom ikke."))).DeviationId;

        await AssertSeesAsync(service.ClientAs(Given.SykehusetInnlandet, Roles.Handler, "si-tynset"), id, sees: true);
        await AssertSeesAsync(service.ClientAs(Given.SykehusetInnlandet, Roles.UnitLeader, "si-habilitering"), id, sees: false);
        await AssertSeesAsync(service.ClientAs(Given.Hamar, Roles.Handler, "3403-tildeling"), id, sees: false);
        Assert.Equal(id, Assert.Single((await service.ClientAs(Given.Hamar, Roles.Reporter, "3403-sykepleie").ListCasesAsync()).Items).Id);
        foreach (var organization in new[] { Given.Hamar, Given.SykehusetInnlandet })
            foreach (var role in new[] { Roles.Coordinator, Roles.Client })
                await AssertSeesOnlyAsync(service.ClientAs(organization, role, role == Roles.Coordinator ? "3403-tildeling" : null), id);
    }

    [Theory]
    [InlineData(Given.SykehusetInnlandet, "si-habilitering")]
    [InlineData(Given.Hamar, "3403-tildeling")]
    public async Task Case_of_other_units_is_404_for_every_role_and_call(string organization, string unit)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var id = (await service.ReceivedAsync(service.Triaged(f => f with { Reference = "AVV-2026-004711", ReporterUnit = "3403-sykepleie" },
            narrative: $"Epikrisen for {Word} kom ikke."))).DeviationId;
        var (asked, learnt) = await OtherParties.LearnAsUnitAsync(service, organization, unit, id, Word, "004711");
        Assert.Empty(learnt);
        Assert.True(asked >= 60, $"{asked} questions");
    }

    private static async Task AssertSeesOnlyAsync(IAvvikClient client, Guid id) => Assert.Equal(id, Assert.Single((await client.ListCasesAsync()).Items).Id);

    [Theory, MemberData(nameof(Engines))]
    public async Task Case_of_a_restricted_unit_is_for_its_own_people_until_it_is_disputed(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.ReceivedAt.AddHours(1)));
        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        var id = (await service.ReceivedAsync(service.Triaged(narrative: $"Epikrisen for {Word} kom ikke."))).DeviationId;
        await AssertSeesAsync(coordinator, id, sees: true);
        var changed = await coordinator.ChangeUnitNowAsync("si-tynset", new() { Name = "SI Tynset", Restricted = true, Reason = "Psykisk helsevern." });
        Assert.True(changed.Restricted);
        // A change that does not say so keeps it.
        Assert.True((await coordinator.ChangeUnitNowAsync("si-tynset", new() { Name = "SI Tynset", Reason = "Navn." })).Restricted);

        await AssertSeesAsync(coordinator, id, sees: false);
        await AssertSeesAsync(service.ClientAs(Given.SykehusetInnlandet, Roles.Client), id, sees: false);
        var own = service.ClientAs(Given.SykehusetInnlandet, Roles.Handler, "si-tynset");
        await AssertSeesAsync(own, id, sees: true);
        // The other party has marked nothing.
        Assert.Equal(id, (await service.ClientAs(Given.Hamar, Roles.Coordinator).GetCaseAsync(id)).Case.Id);
        foreach (var action in new[] { "acknowledge", "start" }) await own.ActNowAsync(id, action);
        await own.ActNowAsync(id, "answer", new()
        {
            Text = "Rutinen er endret.",
            ContributingFactors = ["capacity"],
            Measures = [new() { Description = "Ny rutine", Owner = "si-tynset", DueDate = "2026-10-01" }],
        });
        Assert.Empty((await coordinator.ListMeasuresAsync()).Items);
        Assert.Single((await own.ListMeasuresAsync()).Items);
        await service.ClientAs(Given.Hamar, Roles.Coordinator).ActNowAsync(id, "dispute", new() { Reason = "Det stemmer ikke." });
        Assert.Equal("disputed", (await coordinator.GetCaseAsync(id)).Case.State);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Texts_of_a_case_entered_in_error_are_closed_to_all_but_auditors(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.ReceivedAt.AddHours(1)));
        var open = (await service.ReceivedAsync(service.Triaged())).DeviationId;
        var id = (await service.ReceivedAsync(service.Triaged(f => f with { Reference = "AVV-2026-000002" }, narrative: $"Om {Word}."))).DeviationId;
        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        foreach (var action in new[] { "acknowledge", "start" }) await coordinator.ActNowAsync(id, action);
        await coordinator.ActNowAsync(id, "ask", new() { Question = $"Hvem er {Word}?" });
        await coordinator.ActNowAsync(id, "enter-in-error", new() { Reason = "Gjaldt en ansatt." });

        foreach (var client in new[] { coordinator, service.ClientAs(Given.Hamar, Roles.Reporter), service.ClientAs(Given.SykehusetInnlandet, Roles.Client) })
        {
            var seen = await client.GetCaseAsync(id);
            Assert.DoesNotContain(Word, System.Text.Json.JsonSerializer.Serialize(seen), StringComparison.Ordinal);
            Assert.Equal("Gjaldt en ansatt.", seen.Timeline[^1].Text);
            Assert.Empty((await client.ListCasesAsync(new() { Q = Word })).Items);
        }
        foreach (var organization in new[] { Given.Hamar, Given.SykehusetInnlandet })
            Assert.Equal($"Om {Word}.", (await service.ClientAs(organization, Roles.Auditor).GetCaseAsync(id)).Narrative);
        // An auditor works with no case: what is not closed is not theirs to read, and another party's never is.
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(service.ClientAs(Given.Hamar, Roles.Auditor).GetCaseAsync(open)));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(service.ClientAs("864950582", Roles.Auditor).GetCaseAsync(id)));
        Assert.Equal(2, await database.CountAsync("select count(*) from access_log where roles = 'auditor' and action = 'caseRead'"));
    }
}
