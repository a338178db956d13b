using System.Net;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

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
