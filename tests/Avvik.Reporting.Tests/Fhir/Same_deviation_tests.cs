using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Reporting.Tests.Fhir;

/// <summary>
/// A deviation posted as JSON and as FHIR is the same deviation: the second form is a repeat of the first, by the keyed fingerprint of everything that was
/// sent, and what is stored of each alone is the same.
/// </summary>
public sealed class Same_deviation_tests
{
    private static readonly Submission Everything = Given.Submission with
    {
        Kind = "nearMiss",
        OccurredAt = "2026-08-14T23:30:00.5+02:00",
        DiscoveredAt = "2026-08-16T09:30:00+02:00",
        Respondent = new() { OrganizationNumber = Given.SykehusetInnlandet, Site = "Et ukjent sted", Unit = "si-tynset" },
        ReportingUnit = "3403-sykepleie",
        PatientMunicipality = "3403",
        Clause = "5",
        AffectedMessage = "dischargeSummary",
        MessageId = "melding-1",
        Difference = "late",
        PatientGroups = ["frailElderly", "multipleChronicConditions"],
        ActualHarm = "death",
        PatientsAffected = 12,
        PotentialHarm = "severe",
        Likelihood = "possible",
        ImmediateAction = "Ringte avdelingen.\nFikk svar.",
        SuggestedMeasure = "Send epikrisen «samme dag».",
        Reporter = new() { Name = "Ola Nordmann", Profession = "sykepleier", HprNumber = "1234567", Confidential = false },
        Patient = new() { IdentifierType = "dnr", Identifier = Given.SyntheticNumber },
    };

    private static IEnumerable<(string Reporter, Submission Submission)> Corpus => File.ReadLines(Path.Combine(RepositoryRoot.Path,
        "tests/corpus/deviations.ndjson")).Select(line => JsonNode.Parse(line)!)
        .Select(line => ((string)line["reporterOrganizationNumber"]!, line["submission"].Deserialize(ClientJson.Default.Submission)!));

    [Fact]
    public async Task Every_deviation_of_the_corpus_is_the_same_in_both_forms()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero)));
        var sent = Corpus.ToList();
        Assert.Equal(36, sent.Count);
        sent.Add((Given.Hamar, Everything));
        sent.Add((Given.Hamar, Given.Submission with { Reporter = new() { Anonymous = true } }));
        var least = Given.Submission with { ActualHarm = null, Category = null, Respondent = new() { OrganizationNumber = Given.SykehusetInnlandet } };
        sent.Add((Given.Hamar, least));
        foreach (var (organization, submission) in sent)
        {
            using var http = service.As(organization, Roles.Client);
            var json = await http.PostAsJsonAsync("/api/v1/deviations", submission, SubmissionJson.Default.Submission);
            Assert.True(json.StatusCode == HttpStatusCode.Created, await json.Content.ReadAsStringAsync());
            var id = (string)JsonNode.Parse(await json.Content.ReadAsStringAsync())!["id"]!;

            var fhir = await http.CreateAsync(JsonNode.Parse(FhirCalls.Mapped(submission))!);
            Assert.True(fhir.Status == HttpStatusCode.OK && fhir.Id == id, $"{submission.ClientReference}: {fhir}");

            // By itself it is stored as the other form is, but for what is each one's own.
            var alone = submission with { ClientReference = $"{submission.ClientReference}-fhir" };
            var created = await http.CreateAsync(JsonNode.Parse(FhirCalls.Mapped(alone))!);
            Assert.True(created.Status == HttpStatusCode.Created, created.ToString());
            Assert.Equal(await StoredAsync(service, organization, id, "x"), await StoredAsync(service, organization, created.Id, "x"));
        }
    }

    private static async Task<string> StoredAsync(ServiceUnderTest<Program> service, string organization, string id, string own)
    {
        var d = await service.ClientAs(organization, Roles.Client).GetDeviationAsync(Guid.Parse(id));
        return JsonSerializer.Serialize(d with
        {
            Id = default,
            Reference = own,
            ReceivedAt = default,
            Submission = d.Submission with { ClientReference = own },
            Timeline = [],
        }, ClientJson.Default.Deviation);
    }
}
