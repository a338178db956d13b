using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.Access;

public sealed class Other_parties_tests
{
    private const string Ringsaker = "864950582";

    [Theory]
    [InlineData(Ringsaker)]
    [InlineData(Given.Nordlandssykehuset)]
    public async Task Case_of_other_parties_is_404_for_every_role_and_call(string organization)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var triaged = await service.ReceivedAsync(service.Triaged(f => f with { Reference = "AVV-2026-004711" },
            narrative: "Epikrisen for kontrolltimen kvasteved kom ikke."));
        Assert.Single((await service.ClientAs(Given.Hamar, Roles.Coordinator).ListCasesAsync(new() { Q = "kvasteved" })).Items);

        var (asked, learnt) = await OtherParties.LearnAsync(service, organization, triaged.DeviationId, "kvasteved", "004711");
        Assert.Empty(learnt);
        Assert.True(asked >= 200, $"{asked} questions");
        foreach (var query in new[] { "q=kvasteved", "q=AVV-2026-004711", $"organization={Given.Hamar}", "unit=si-tynset", "state=routed", "overdue=true" })
            Assert.Empty((await service.ClientAs(organization, Roles.Coordinator).ListCasesAsync(QueryRecords.Of<CaseQuery>(query))).Items);
        // Nor was it logged that they had been given it.
        Assert.Equal(0, await database.CountAsync($"select count(*) from access_log where organization = '{organization}' and deviations is not null"));
    }
}
