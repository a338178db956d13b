using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Cases.Tests;

/// <summary>
/// Who inside a party may see and change a case: every operation of the API's description that names a deviation or a case, as everybody who works at the two
/// parties. For all but those who are listed, it is refused or does not exist.
/// </summary>
[Collection(nameof(AllServicesOnBothEngines))]
public sealed class Access_by_unit_tests(AllServicesOnBothEngines engines)
{
    private const string Hamar = "970540008", Ringsaker = "864950582", Trust = "983971709";

    private static readonly Dictionary<string, string> OtherUnits = new(StringComparer.Ordinal)
    {
        [Hamar] = "3403-lege",
        [Ringsaker] = "3411-lege",
        [Trust] = "si-tynset",
    };

    /// <summary>What a group of operations has in common.</summary>
    private enum Group
    {
        Deviation,
        Case,
        Envelope,
        Handling,
        File,
        Authority,
        Name,
        Lesson,
        Strike,
        Triage,
    }

    /// <summary>The body of an operation is JSON, or the owner of a file in a form.</summary>
    private static readonly (string Operation, Group Group, string? Body)[] Operations =
    [
        ("GET /api/v1/deviations/{id}", Group.Deviation, null),
        ("POST /api/v1/deviations/{id}/messages", Group.Deviation, """{"text":"Det skjedde igjen."}"""),
        ("POST /api/v1/deviations/{id}/withdraw", Group.Deviation, """{"reason":"Meldt to ganger."}"""),
        ("POST /api/v1/deviations/{id}/patient/open", Group.Envelope, """{"purpose":"contactPatient"}"""),
        ("POST /api/v1/deviations/{id}/patients", Group.Deviation, """{"patients":[{"identifierType":"fnr","identifier":"13857510059"}]}"""),
        ("POST /api/v1/deviations/{id}/patients/open", Group.Envelope, """{"purpose":"contactPatient"}"""),
        ("POST /api/v1/deviations/{id}/attachments", Group.Deviation, "report"),
        ("POST /api/v1/deviations/{id}/attachments", Group.Deviation, "message"),
        ("POST /api/v1/deviations/{id}/attachments", Group.Handling, "answer"),
        ("GET /api/v1/deviations/{id}/attachments", Group.Envelope, null),
        ("GET /api/v1/deviations/{id}/attachments/{attachmentId}", Group.Envelope, null),
        ("DELETE /api/v1/deviations/{id}/attachments/{attachmentId}", Group.File, null),
        ("GET /api/v1/deviations/{id}/national-report", Group.Authority, null),
        ("POST /api/v1/deviations/{id}/national-report", Group.Authority, """{"name":"Ola Hansen","phone":"62000000","position":"Overlege"}"""),
        ("POST /api/v1/deviations/{id}/reporter/open", Group.Name, """{"purpose":"contactReporter"}"""),
        ("POST /api/v1/deviations/{id}/redactions", Group.Strike, """{"passage":"ord som ikke er der","reason":"Prøve."}"""),
        ("POST /api/v1/triage/{id}/decision", Group.Triage, """{"decision":"route","category":"medication"}"""),
        ("GET /api/v1/cases/{id}", Group.Case, null),
        ("GET /api/v1/cases/{id}/similar", Group.Case, null),
        ("POST /api/v1/cases/{id}/measures/{measureId}", Group.Case, """{"state":"inProgress"}"""),
        ("POST /api/v1/cases/{id}/lesson", Group.Lesson, """{"title":"T","whatHappened":"H","why":"W","whatWeChanged":"C","whoShouldKnow":"S"}"""),
        ("POST /api/v1/cases/{id}/acknowledge", Group.Case, "{}"),
        ("POST /api/v1/cases/{id}/start", Group.Case, "{}"),
        ("POST /api/v1/cases/{id}/return", Group.Case, """{"reason":"Feil enhet."}"""),
        ("POST /api/v1/cases/{id}/transfer", Group.Case, """{"unit":"{unit}","reason":"Hører til der."}"""),
        ("POST /api/v1/cases/{id}/ask", Group.Case, """{"question":"Hvor?"}"""),
        ("POST /api/v1/cases/{id}/answer", Group.Case, """{"text":"Svar.","contributingFactors":["capacity"],"noMeasuresReason":"Ingen."}"""),
        ("POST /api/v1/cases/{id}/accept", Group.Case, "{}"),
        ("POST /api/v1/cases/{id}/dispute", Group.Case, """{"reason":"Uenig."}"""),
        ("POST /api/v1/cases/{id}/escalate", Group.Case, """{"reason":"Uenig."}"""),
        ("POST /api/v1/cases/{id}/resolve", Group.Case, """{"decision":"Avklart."}"""),
        ("POST /api/v1/cases/{id}/close", Group.Case, "{}"),
        ("POST /api/v1/cases/{id}/reopen", Group.Case, """{"reason":"Nytt."}"""),
        ("POST /api/v1/cases/{id}/reclassify", Group.Case, """{"category":"discharge","reason":"Feil."}"""),
        ("POST /api/v1/cases/{id}/enter-in-error", Group.Case, """{"reason":"Feil."}"""),
        ("POST /api/v1/cases/{id}/hand-over", Group.Case, $$"""{"organization":"{{Ringsaker}}","reason":"Feil part."}"""),
        ("POST /api/v1/cases/{id}/reject", Group.Case, """{"reasonCode":"wrongParty","reason":"Feil part."}"""),
        ("POST /api/v1/cases/{id}/merge", Group.Case, """{"otherCase":"00000000-0000-0000-0000-000000000001","reason":"Samme."}"""),
        ("POST /api/v1/cases/{id}/link", Group.Case, """{"otherCase":"00000000-0000-0000-0000-000000000001","reason":"Samme."}"""),
        ("POST /api/v1/cases/{id}/unlink", Group.Case, """{"reason":"Ikke samme."}"""),
        ("POST /api/v1/cases/{id}/record-patient-information", Group.Case, """{"patientInformation":{"informed":"notApplicable"}}"""),
        ("POST /api/v1/cases/{id}/record-letter", Group.Case, """{"sentOn":"2026-12-31","channel":"svarUt"}"""),
        ("POST /api/v1/cases/{id}/thank", Group.Case, """{"text":"Takk."}"""),
    ];

    public static TheoryData<DatabaseProvider, bool> Cases => new() { { DatabaseProvider.Sqlite, false }, { DatabaseProvider.Sqlite, true },
        { DatabaseProvider.Postgres, false }, { DatabaseProvider.Postgres, true } };

    [Theory, MemberData(nameof(Cases))]
    public async Task Case_is_for_those_of_its_units_and_the_coordinators(DatabaseProvider provider, bool restricted)
    {
        var all = engines.On(provider);
        // Both sides' units are marked, or neither.
        var (ours, theirs) = restricted ? ("3403-psykisk-helse-rus", "si-psykisk-helsevern") : ("3403-sykepleie", "si-elverum-hamar");
        if (restricted)
        {
            await RestrictAsync(all, Hamar, ours);
            await RestrictAsync(all, Trust, theirs);
        }
        var (reporter, handler) = (new Person(Hamar, Roles.Reporter, ours), new Person(Trust, Roles.Handler, theirs));
        var (id, measure, file) = await CloseAsync(all, reporter, handler);
        RoutingStandIn.Tell(id, new CaseHandling(Trust, CaseStates.Closed, theirs));

        // A restricted unit's cases are for its own people; coordinators and machines see the others. Words that a coordinator is told of can be struck
        // everywhere: the answer shows no more than that there is a report.
        Group[] UnlessRestricted(params Group[] groups) => restricted ? [] : groups;
        var may = new Dictionary<Person, Group[]>
        {
            [reporter] = [Group.Deviation, Group.Case, Group.Envelope, Group.File, Group.Authority],
            [reporter with { Role = Roles.Handler }] = [Group.Deviation, Group.Case],
            [reporter with { Role = Roles.UnitLeader }] = [Group.Deviation, Group.Case, Group.Envelope, Group.Authority],
            [new(Hamar, Roles.Reporter, "3403-tildeling")] = [],
            [new(Hamar, Roles.Handler, "3403-tildeling")] = [],
            [new(Hamar, Roles.UnitLeader, "3403-tildeling")] = [],
            [new(Hamar, Roles.Coordinator)] = [Group.Strike, .. UnlessRestricted(Group.Deviation, Group.Case, Group.Authority, Group.Name, Group.Lesson)],
            [new(Hamar, Roles.Client)] = UnlessRestricted(Group.Deviation, Group.Case),
            [new(Hamar, Roles.Auditor)] = [],
            [handler] = [Group.Case, Group.Envelope, Group.Handling, Group.Authority],
            [handler with { Role = Roles.UnitLeader }] = [Group.Case, Group.Envelope, Group.Handling, Group.Authority],
            [handler with { Role = Roles.Reporter }] = [Group.Case],
            [new(Trust, Roles.Handler, "si-tynset")] = [],
            [new(Trust, Roles.UnitLeader, "si-tynset")] = [],
            [new(Trust, Roles.Coordinator)] = [Group.Strike, .. UnlessRestricted(Group.Case, Group.Lesson)],
            [new(Trust, Roles.Client)] = UnlessRestricted(Group.Case),
            [new(Trust, Roles.Auditor)] = [],
            [new(Ringsaker, Roles.Coordinator)] = [],
            [new(Ringsaker, Roles.Auditor)] = [],
        };
        var wrong = new List<string>();
        foreach (var (person, groups) in may)
        {
            using var http = all.HttpAs(person);
            foreach (var (operation, group, body) in Operations)
            {
                // A closed case is routed: what Triage answers to its coordinator tells no more than that.
                if (group == Group.Triage && person is { Organization: Trust, Role: Roles.Coordinator }) continue;
                var path = operation.Replace("{id}", $"{id}", StringComparison.Ordinal).Replace("{measureId}", $"{measure}", StringComparison.Ordinal)
                    .Replace("{attachmentId}", $"{file}", StringComparison.Ordinal);
                var status = await CallAsync(http, path, body?.Replace("{unit}", OtherUnits[person.Organization], StringComparison.Ordinal));
                var isAdmitted = status is not (HttpStatusCode.NotFound or HttpStatusCode.Forbidden);
                if (isAdmitted != groups.Contains(group) || (int)status >= 500)
                    wrong.Add($"{person.Organization} {person.Role} {person.Unit}: {operation} {(int)status}");
            }
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));

        // Both parties' auditors read who opened the envelope, by either way, and the file.
        foreach (var organization in new[] { Hamar, Trust })
        {
            var lines = (await all.As(new(organization, Roles.Auditor)).ListAccessLogAsync("reporting", new() { Deviation = id, Limit = 200 })).Items;
            Assert.Equal((8, 4, 4), (lines.Count(l => l.Action == "envelopeOpened"), lines.Count(l => l.Action == "attachmentsListed"),
                lines.Count(l => l.Action == "attachmentOpened")));
        }
    }

    [Fact]
    public async Task Operations_are_all_of_the_description_that_name_a_deviation_or_case()
    {
        var paths = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Path, "contracts/openapi/v1.json")))!["paths"]!.AsObject();
        Assert.Equal(Operations.Select(o => o.Operation).Distinct().Order(StringComparer.Ordinal), paths
            .Where(p => p.Key.Split('/') is [_, "api", "v1", "deviations" or "cases" or "triage", "{id}" or "{caseId}", ..])
            .SelectMany(p => p.Value!.AsObject().Select(m => $"{m.Key.ToUpperInvariant()} {p.Key}")).Order(StringComparer.Ordinal));
    }

    private static async Task<HttpStatusCode> CallAsync(HttpClient http, string operation, string? body)
    {
        var space = operation.IndexOf(' ', StringComparison.Ordinal);
        using var request = new HttpRequestMessage(new(operation[..space]), operation[(space + 1)..]);
        // Stale: whoever may see it is told so, and nothing is changed.
        request.Headers.TryAddWithoutValidation("If-Match", "\"1\"");
        if (body is ['{', ..]) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        else if (body is not null)
            request.Content = new MultipartFormDataContent
            {
                { new StringContent(body), "belongsTo" },
                { new StringContent("Sett i ettertid."), "file", "notat.txt" },
            };
        using var response = await http.SendAsync(request);
        return response.StatusCode;
    }

    private static async Task RestrictAsync(AllServices all, string organization, string unit)
    {
        var coordinator = all.As(new(organization, Roles.Coordinator));
        var directory = await coordinator.GetDirectoryAsync();
        await coordinator.ChangeUnitAsync(unit, new() { Name = "Skjermet enhet", Sites = [], Restricted = true, Reason = "Psykisk helsevern." },
            directory.Version);
        await all.SettleAsync();
    }

    private static async Task<(Guid Id, Guid Measure, Guid File)> CloseAsync(AllServices all, Person reporter, Person handler)
    {
        var id = (await all.As(reporter).SubmitAsync(new()
        {
            ClientReference = Guid.CreateVersion7().ToString("N"),
            Kind = "incident",
            OccurredAt = $"{all.Clock.GetUtcNow().AddDays(-1):yyyy-MM-dd}",
            Category = "medication",
            ActualHarm = "mild",
            Narrative = "Legemiddellisten manglet.",
            ReportingUnit = reporter.Unit,
            Respondent = new() { OrganizationNumber = Trust, Unit = handler.Unit },
            Reporter = new() { Name = "Kari Nordmann", Confidential = true },
            // Synthetic: the month is 85.
            Patient = new() { IdentifierType = "fnr", Identifier = "13857510059" },
        })).Id;
        var file = await all.As(reporter).AddAttachmentAsync(id, "report", new(new MemoryStream("Skrevet på vakt."u8.ToArray()), "notat.txt"));
        await all.SettleAsync();
        await ActAsync(handler, "acknowledge");
        await ActAsync(handler, "start");
        var answered = await ActAsync(handler, "answer", new()
        {
            Text = "Listen sendes nå alltid med.",
            ContributingFactors = ["capacity"],
            Measures = [new() { Description = "Ny rutine", Owner = handler.Unit, DueDate = $"{all.Clock.GetUtcNow().AddDays(30):yyyy-MM-dd}" }],
        });
        await ActAsync(reporter, "accept");
        return (id, answered.Answer!.Measures[0].Id!.Value, file.Id);

        async Task<CaseDetails> ActAsync(Person person, string action, CaseAction? body = null)
        {
            var client = all.As(person);
            var details = await client.ActAsync(id, (await client.GetCaseAsync(id)).Case.Version, action, body ?? new());
            await all.SettleAsync();
            return details;
        }
    }
}
