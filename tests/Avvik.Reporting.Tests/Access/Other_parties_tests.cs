using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Reporting.Tests.Access;

public sealed class Other_parties_tests
{
    [Theory]
    [InlineData(Given.Ringsaker)]
    [InlineData(Given.Nordlandssykehuset)]
    public async Task Deviation_of_other_parties_is_404_for_every_role_and_call(string organization)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var deviation = await service.Reporter().SubmitAsync(
            Given.Submission with
            {
                Narrative = "Epikrisen for kontrolltimen kvasteved kom ikke.",
                Patient = new() { IdentifierType = "dnr", Identifier = Given.SyntheticNumber }
            });
        await service.ReceiveAsync(deviation.Changed(3, "routed", CaseStates.Routed));

        var (asked, learnt) = await OtherParties.LearnAsync(service, organization, deviation.Id, "kvasteved", deviation.Reference, Given.SyntheticNumber);
        Assert.Empty(learnt);
        Assert.True(asked >= 100, $"{asked} questions");
        Assert.Empty((await service.ClientAs(organization, Roles.Client).ListDeviationsAsync(new() { State = "routed" })).Items);
        Assert.Equal(0, await database.CountAsync(
            $"select count(*) from access_log where organization = '{organization}' and deviations is not null and action <> 'envelopeRefused'"));
    }

    /// <summary>The respondent sees the case, but not the reporter's deviation with who reported it.</summary>
    [Fact]
    public async Task Reporter_is_shown_to_the_own_party_only()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var deviation = await service.Reporter().SubmitAsync(
            Given.Submission with { Reporter = new() { Name = "Ragnhild Kvasteved", Profession = "nurse", HprNumber = "1234567", Confidential = true } });
        Assert.Equal("Ragnhild Kvasteved", (await service.Reporter().GetDeviationAsync(deviation.Id)).Submission.Reporter!.Name);
        foreach (var body in await database.QueryAsync("select body from outbox_message", r => System.Text.Encoding.UTF8.GetString(r.GetFieldValue<byte[]>(0))))
        {
            Assert.DoesNotContain("Kvasteved", body, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("1234567", body, StringComparison.Ordinal);
        }
        await service.ReceiveAsync(deviation.Changed(3, "routed", CaseStates.Routed));
        foreach (var role in Vocabulary.Roles.Keys.Append(Roles.Client))
            foreach (var path in new[] { $"/api/v1/deviations/{deviation.Id}", "/api/v1/deviations", "/api/v1/changes", "/api/v1/access-log/reporting" })
            {
                using var response = await service.As(Given.SykehusetInnlandet, role, "si-elverum-hamar").GetAsync(path);
                Assert.DoesNotContain("Kvasteved", await response.Content.ReadAsStringAsync(), StringComparison.OrdinalIgnoreCase);
            }
    }
}
