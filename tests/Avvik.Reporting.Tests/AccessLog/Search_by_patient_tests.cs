using System.Net;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Reporting.Tests.AccessLog;

public sealed class Search_by_patient_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    [Theory, MemberData(nameof(Engines))]
    public async Task Auditor_finds_who_read_about_a_patient_by_the_number_and_is_logged(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var theirs = await SubmitAsync(service, Given.Hamar, Given.SyntheticNumber);
        var foreign = await SubmitAsync(service, Given.Ringsaker, Given.SyntheticNumber, Given.Nordlandssykehuset);
        var other = await service.Reporter().SubmitAsync(Given.Submission);
        foreach (var id in new[] { theirs, other.Id }) await service.Reporter().GetDeviationAsync(id);
        await service.Reporter(Given.Ringsaker).GetDeviationAsync(foreign);

        var auditor = service.ClientAs(Given.Hamar, Roles.Auditor);
        var lines = (await auditor.SearchAccessLogAsync(new() { Identifier = Given.SyntheticNumber })).Items;
        Assert.Equal(["patientSearched", "deviationRead"], lines.Select(l => l.Action));
        Assert.All(lines, l => Assert.Equal([theirs], l.Deviations));
        // The other party of the case asks, too; a stranger finds nothing.
        Assert.Equal(["patientSearched"], (await service.ClientAs(Given.SykehusetInnlandet, Roles.Auditor)
            .SearchAccessLogAsync(new() { Identifier = Given.SyntheticNumber })).Items.Select(l => l.Action));

        // Asked and logged without the number, whatever was found.
        foreach (var table in new[] { "access_log", "access_log_deviations", "envelopes" })
            Assert.DoesNotContain(Given.SyntheticNumber, await database.DumpAsync(table), StringComparison.Ordinal);
        foreach (var (identifier, status) in new[] { (null, HttpStatusCode.BadRequest), ("12345678901", HttpStatusCode.UnprocessableEntity) })
            Assert.Equal(status,
                (await Assert.ThrowsAsync<AvvikProblemException>(() => auditor.SearchAccessLogAsync(new() { Identifier = identifier }))).Status);
        foreach (var role in new[] { Roles.Coordinator, Roles.Admin, Roles.Reporter })
            Assert.Equal(HttpStatusCode.Forbidden, (await Assert.ThrowsAsync<AvvikProblemException>(() =>
                service.ClientAs(Given.Hamar, role).SearchAccessLogAsync(new() { Identifier = Given.SyntheticNumber }))).Status);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Envelope_from_before_prints_is_found_after_the_resealer_has_run(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        Guid id;
        await using (var service = new ServiceUnderTest<Program>(database)) id = await SubmitAsync(service, Given.Hamar, Given.SyntheticNumber);
        await database.ExecuteAsync("update envelopes set patient_print = null");
        await using (var service = new ServiceUnderTest<Program>(database))
        {
            var auditor = service.ClientAs(Given.Hamar, Roles.Auditor);
            await Eventually.IsTrue(async () => await database.CountAsync("select count(*) from envelopes where patient_print is null") == 0,
                TimeSpan.FromSeconds(60));
            Assert.Equal(id, Assert.Single((await auditor.SearchAccessLogAsync(new() { Identifier = Given.SyntheticNumber })).Items).Deviations.Single());
            var page = await auditor.SearchAccessLogAsync(new() { Identifier = Given.SyntheticNumber }, limit: 1);
            Assert.Equal(id, Assert.Single(page.Items).Deviations.Single());
        }
    }

    private static async Task<Guid> SubmitAsync(ServiceUnderTest<Program> service, string organization, string number, string? respondent = null) =>
        (await service.Reporter(organization).SubmitAsync(Given.Submission with
        {
            Patient = new() { IdentifierType = "dnr", Identifier = number },
            Respondent = respondent is null ? Given.Submission.Respondent : new() { OrganizationNumber = respondent },
        })).Id;
}
