using System.Net;
using System.Text.Json;
using Avvik.CareDirectories;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Storage;
using Avvik.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Avvik.Reporting.Tests.SubmitDeviation;

/// <summary>Submissions that went wrong when whole lives of cases were walked, with what is right.</summary>
public sealed class Walked_cases_tests
{
    private static Submission Walked => Given.Submission with { Kind = "incident", OccurredAt = "2026-08-14", Category = "discharge" };

    public static TheoryData<string, string> Refused => new()
    {
        { "clause12-in-2019", "/clause notInForce" },
        { "contradictory-groups", "/patientGroups/0 contradictsOthers" },
        { "unknown-municipality", "/patientMunicipality invalidMunicipality" },
    };

    [Theory, MemberData(nameof(Refused))]
    public async Task Walked_submission_is_refused_with_the_reason(string name, string expected)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => service.Reporter().SubmitAsync(name switch
        {
            "clause12-in-2019" => Walked with { OccurredAt = "2019-05-05", Clause = "12" },
            "contradictory-groups" => Walked with { PatientGroups = ["none", "unknown", "frailElderly"] },
            _ => Walked with { PatientMunicipality = "9999" },
        }));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Contains(expected, refused.Errors.Select(e => $"{e.Pointer} {e.Code}"));
    }

    [Fact]
    public async Task Walked_submissions_are_accepted_with_their_warnings()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        // sami-names: no Norwegian list has them.
        var names = await service.Reporter().SubmitAsync(Walked with { Narrative = "Máret Ánne Sara kom heim utan epikrise. Ole Henrik Magga òg." });
        Assert.Equal([(0, 15), (40, 16)], names.Warnings!.Single(w => w.Code == "possibleName").Offsets.Select(o => (o.Offset, o.Length)));
        // nfd-site: the same site, as macOS writes it, with a ring of its own.
        Assert.Null((await service.Reporter().SubmitAsync(Walked with
        {
            Respondent = new() { OrganizationNumber = Given.Nordlandssykehuset, Site = "NLSH Vestera\u030Alen" },
        })).Warnings);
    }

    [Fact]
    public async Task Gp_reports_and_is_reported_to_once_the_directory_has_it()
    {
        const string Gp = "915933149";
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => service.Reporter(Gp).SubmitAsync(Walked));
        Assert.Equal((HttpStatusCode.Forbidden, ProblemCodes.OrganizationNotInDirectory), (refused.Status, refused.Code));
        service.Services.GetRequiredService<CurrentDirectory>().Replace(WithProvider(new()
        {
            OrganizationNumber = Gp,
            Name = "Fastlegene ved torget",
            Kind = PartyKinds.Gp,
            Under = Given.Hamar,
        }));
        // gp-cannot-report: as the municipality it works for, by the same agreement.
        var receipt = await service.Reporter(Gp).SubmitAsync(Walked);
        Assert.Equal((Gp, Directions.MunicipalityToTrust, "innlandet-2024"), (receipt.ReporterOrganization, receipt.Direction, receipt.Agreement!.Code));
        var answer = await service.Reporter(Given.SykehusetInnlandet).SubmitAsync(Walked with { Respondent = new() { OrganizationNumber = Gp } });
        Assert.Equal((Gp, Directions.TrustToMunicipality), (answer.RespondentOrganization, answer.Direction));
        // One that works for the trust: between the two is no agreement, and they report to each other all the same.
        service.Services.GetRequiredService<CurrentDirectory>().Replace(WithProvider(new()
        {
            OrganizationNumber = Gp,
            Name = "Røntgensenteret",
            Kind = PartyKinds.Private,
            Under = Given.SykehusetInnlandet,
        }));
        var own = await service.Reporter(Given.SykehusetInnlandet).SubmitAsync(
            Walked with { ClientReference = "eget", Respondent = new() { OrganizationNumber = Gp } });
        Assert.Equal((Gp, null, null), (own.RespondentOrganization, own.Direction, own.Agreement?.Code));
    }

    [Theory]
    [InlineData("0403", "2019-05-05", true)]
    [InlineData("3403", "2019-05-05", true)]
    [InlineData("0403", "2026-08-14", false)]
    [InlineData("1601", "2017-12-31", true)]
    [InlineData("1601", "2018-01-01", false)]
    [InlineData("3499", "2026-08-14", false)]
    public async Task Municipality_number_is_understood_on_the_days_it_applied(string number, string day, bool understood)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var submission = Walked with { OccurredAt = day, PatientMunicipality = number };
        if (understood) Assert.Equal(number, (await service.Reporter().SubmitAsync(submission)).Submission.PatientMunicipality);
        else
            Assert.Equal("/patientMunicipality invalidMunicipality", Assert.Single((await Assert.ThrowsAsync<AvvikProblemException>(
                () => service.Reporter().SubmitAsync(submission))).Errors.Select(e => $"{e.Pointer} {e.Code}")));
    }

    [Fact]
    public async Task Clause_is_named_by_the_agreements_own_number_and_counted_by_the_statutes()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        const string Vaagan = "938644500";
        var submission = Walked with { Respondent = new() { OrganizationNumber = Given.Nordlandssykehuset }, Clause = "8-1" };
        var receipt = await service.Reporter(Vaagan).SubmitAsync(submission);
        Assert.Equal(new AgreementReference("lvs-tjenesteavtaler", "8", "8-1", "Følgetjeneste for gravide"), receipt.Agreement);
        Assert.Equal(receipt.Agreement, (await service.Reporter(Vaagan).GetDeviationAsync(receipt.Id)).Agreement);
        var submitted = JsonSerializer.Deserialize(
            (await database.QueryAsync("select body from outbox_message where type like '%deviation-submitted%'",
                r => r.GetFieldValue<byte[]>(0))).Single(), ContractJson.Default.DeviationSubmitted)!;
        Assert.Equal(("8", "8-1"), (submitted.Facts.Clause, submitted.Facts.LocalClause));
        // A list of another agreement does not have it, and one that is not in force then is not offered.
        foreach (var (by, wrong, code) in new[]
        {
            (Given.Hamar, Walked with { Clause = "8-1" }, FieldCodes.UnknownCode),
            (Vaagan, submission with { Clause = "13", OccurredAt = "2021-05-05" }, FieldCodes.NotInForce),
        })
            Assert.Equal(("/clause", code), Assert.Single((await Assert.ThrowsAsync<AvvikProblemException>(
                () => service.Reporter(by).SubmitAsync(wrong with { ClientReference = "punkt" }))).Errors) is var e ? (e.Pointer, e.Code) : default);
    }

    private static DirectoryPublished WithProvider(ProviderDocument provider) =>
        ChangedDirectory.Of(c => c.Code == "innlandet" ? c with { Providers = [provider] } : c);

    [Fact]
    public async Task Unknown_filter_of_a_list_is_refused()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        using var http = service.As(Given.Hamar, Roles.Reporter);
        foreach (var query in new[] { "status=routed", "category=discharge", "states=routed" })
        {
            using var answer = await http.GetAsync($"/api/v1/deviations?{query}");
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }
    }
}
