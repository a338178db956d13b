using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Triage.Tests.Access;

public sealed class Other_parties_tests
{
    /// <summary>Of the reporter's party too: what waits, waits for the respondent's coordinators.</summary>
    [Theory]
    [InlineData(Given.Hamar)]
    [InlineData(Given.Ringsaker)]
    [InlineData(Given.Nordlandssykehuset)]
    public async Task Deviation_of_other_parties_is_404_for_every_role_and_call(string organization)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var submitted = await service.ReceivedAsync(service.Submitted(f => f with { Category = null, Clause = null, Reference = "AVV-2026-004711" },
            "Noe med kvasteved gikk ikke som det skulle."));

        var (asked, learnt) = await OtherParties.LearnAsync(service, organization, submitted.DeviationId, "kvasteved", "004711");
        Assert.Empty(learnt);
        Assert.True(asked >= 50, $"{asked} questions");
        Assert.Equal(0, await database.CountAsync("select count(*) from access_log where deviations is not null"));
        Assert.Equal(1, await database.CountAsync("select count(*) from assessments where open"));
    }
}
