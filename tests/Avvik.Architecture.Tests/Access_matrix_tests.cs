extern alias notices;
extern alias reporting;
extern alias routing;
extern alias statistics;
extern alias triage;

using System.Net;
using System.Text;
using System.Text.Json;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Architecture.Tests;

/// <summary>
/// Which roles may call which operation: every operation of the OpenAPI documents and of the FHIR interface with every role and without a token. One that is
/// not listed fails. Which data a caller may see is tested in each service's tests.
/// </summary>
public sealed class Access_matrix_tests
{
    private const string Hamar = "970540008";
    private static readonly string[] All = [.. Vocabulary.Roles.Keys.Append(Roles.Client).Order(StringComparer.Ordinal)];
    // Also without a token.
    private static readonly string[] Anyone = [.. All, "anonymous"];
    private static readonly string[] Party = [Roles.Client, Roles.Reporter, Roles.Handler, Roles.Coordinator, Roles.UnitLeader];
    private static readonly string[] Figures =
        [Roles.Ssu, Roles.Secretariat, Roles.Coordinator, Roles.Handler, Roles.UnitLeader, Roles.LearningEditor, Roles.Client];
    private static readonly string[] CaseActions =
    [
        "acknowledge", "start", "return", "transfer", "ask", "answer", "accept", "dispute", "escalate", "resolve", "close", "reopen", "reclassify",
        "enter-in-error", "hand-over", "reject", "merge", "link", "unlink", "thank", "record-patient-information", "record-letter",
    ];

    private static Dictionary<string, string[]> WithOperations(string service, Dictionary<string, string[]> operations)
    {
        operations.Add($"GET /ops/{service}/parked", [Roles.Admin]);
        operations.Add($"POST /ops/{service}/parked/requeue", [Roles.Admin]);
        operations.Add($"POST /ops/{service}/parked/discard", [Roles.Admin]);
        operations.Add($"POST /ops/{service}/parked/{{id}}/requeue", [Roles.Admin]);
        operations.Add($"POST /ops/{service}/parked/{{id}}/discard", [Roles.Admin]);
        operations.Add($"GET /api/v1/access-log/{service}", [Roles.Auditor]);
        operations.Add($"GET /api/v1/access-log/{service}/verification", [Roles.Auditor]);
        operations.Add($"GET /api/v1/access-log/{service}/anchors", [Roles.Auditor]);
        return operations;
    }

    [Fact]
    public Task Reporting_admits_exactly_the_listed_roles() => AssertMatrixAsync<reporting::Program>(WithOperations("reporting", new()
    {
        ["POST /api/v1/deviations"] = Party,
        ["GET /api/v1/deviations"] = Party,
        ["POST /api/v1/deviations/validate"] = Party,
        ["POST /api/v1/deviations/import"] = Party,
        ["GET /api/v1/deviations/{id}/national-report"] = Party,
        ["POST /api/v1/deviations/{id}/national-report"] = Party,
        ["POST /api/v1/deviations/launch"] = Party,
        ["POST /api/v1/deviations/launch/open"] = Party,
        ["GET /api/v1/deviations/{id}"] = [.. Party, Roles.Auditor],
        ["POST /api/v1/deviations/{id}/withdraw"] = Party,
        ["POST /api/v1/deviations/{id}/messages"] = Party,
        ["POST /api/v1/deviations/{id}/patient/open"] = Party,
        ["POST /api/v1/deviations/{id}/patients/open"] = Party,
        ["POST /api/v1/deviations/{id}/patients"] = Party,
        ["POST /api/v1/deviations/{id}/attachments"] = Party,
        ["GET /api/v1/deviations/{id}/attachments"] = Party,
        ["GET /api/v1/deviations/{id}/attachments/{attachmentId}"] = Party,
        ["DELETE /api/v1/deviations/{id}/attachments/{attachmentId}"] = Party,
        ["GET /api/v1/changes"] = Party,
        ["GET /api/v1/webhooks"] = [Roles.Client, Roles.Admin],
        ["POST /api/v1/webhooks"] = [Roles.Client, Roles.Admin],
        ["GET /api/v1/webhooks/{id}"] = [Roles.Client, Roles.Admin],
        ["PUT /api/v1/webhooks/{id}"] = [Roles.Client, Roles.Admin],
        ["DELETE /api/v1/webhooks/{id}"] = [Roles.Client, Roles.Admin],
        ["POST /api/v1/webhooks/{id}/replay"] = [Roles.Client, Roles.Admin],
        ["POST /api/v1/webhooks/{id}/rotate"] = [Roles.Client, Roles.Admin],
        ["POST /api/v1/webhooks/{id}/test"] = [Roles.Client, Roles.Admin],
        ["POST /api/v1/access-log/reporting/patient"] = [Roles.Auditor],
        ["POST /api/v1/deviations/{id}/reporter/open"] = [Roles.Coordinator],
        ["GET /api/v1/deviations/activity"] = [Roles.Coordinator],
        ["POST /api/v1/deviations/{id}/redactions"] = [Roles.Coordinator],
        ["GET /api/v1/redactions"] = [Roles.Auditor],
        ["POST /ops/reporting/redactions/republish"] = [Roles.Admin],
        ["GET /api/v1/vocabulary"] = Anyone,
        ["GET /api/v1/vocabulary/{list}"] = Anyone,
        ["POST /fhir/AdverseEvent"] = Party,
        ["POST /fhir/AdverseEvent/$validate"] = Party,
        ["GET /fhir/AdverseEvent"] = Party,
        ["POST /fhir/AdverseEvent/_search"] = Party,
        ["GET /fhir/AdverseEvent/{id}"] = [.. Party, Roles.Auditor],
        ["GET /fhir/Subscription"] = [Roles.Client, Roles.Admin],
        ["POST /fhir/Subscription"] = [Roles.Client, Roles.Admin],
        ["GET /fhir/Subscription/{id}"] = [Roles.Client, Roles.Admin],
        ["PUT /fhir/Subscription/{id}"] = [Roles.Client, Roles.Admin],
        ["DELETE /fhir/Subscription/{id}"] = [Roles.Client, Roles.Admin],
        ["GET /fhir/Provenance"] = [.. Party, Roles.Auditor],
        ["GET /fhir/Provenance/{id}"] = [.. Party, Roles.Auditor],
    }));

    [Fact]
    public Task Triage_admits_exactly_the_listed_roles() => AssertMatrixAsync<triage::Program>(WithOperations("triage", new()
    {
        ["GET /api/v1/triage"] = [Roles.Coordinator],
        ["POST /api/v1/triage/{id}/decision"] = [Roles.Coordinator],
        ["POST /ops/triage/replay"] = [Roles.Admin],
    }));

    [Fact]
    public Task Routing_admits_exactly_the_listed_roles()
    {
        var operations = new Dictionary<string, string[]>
        {
            ["GET /api/v1/cases"] = Party,
            ["GET /api/v1/cases/counts"] = Party,
            ["POST /ops/routing/replay"] = [Roles.Admin],
            ["GET /api/v1/cases/{id}"] = [.. Party, Roles.Auditor],
            ["POST /api/v1/cases/{id}/measures/{measureId}"] = Party,
            ["GET /api/v1/measures"] = Party,
            ["GET /api/v1/directory"] = All,
            ["PUT /api/v1/directory/units/{code}"] = [Roles.Coordinator, Roles.Admin],
            ["GET /api/v1/directory/communities/{code}"] = All,
            ["GET /api/v1/directory/imports"] = [Roles.Coordinator, Roles.Admin],
            ["POST /api/v1/directory/import"] = [Roles.Admin],
            ["POST /api/v1/directory/undo"] = [Roles.Admin],
            ["GET /api/v1/assignments"] = [Roles.Coordinator, Roles.Admin],
            ["GET /api/v1/assignments/me"] = All,
            ["POST /api/v1/assignments"] = [Roles.Coordinator, Roles.Admin],
            ["POST /api/v1/assignments/{id}/end"] = [Roles.Coordinator, Roles.Admin],
            ["POST /api/v1/assignments/{id}/confirm"] = [Roles.Admin],
            ["GET /api/v1/routing-rules"] = [Roles.Coordinator],
            ["PUT /api/v1/routing-rules"] = [Roles.Coordinator],
            ["POST /api/v1/routing-rules/simulate"] = [Roles.Coordinator],
            ["GET /api/v1/cases/{id}/similar"] = Party,
            ["POST /api/v1/cases/{id}/lesson"] = [Roles.Coordinator, Roles.LearningEditor],
            ["GET /api/v1/lessons"] = [.. Party, Roles.LearningEditor, Roles.Ssu],
            ["GET /api/v1/lessons/{id}"] = [.. Party, Roles.LearningEditor, Roles.Ssu],
            ["PUT /api/v1/lessons/{id}"] = [Roles.Coordinator, Roles.LearningEditor],
            ["POST /api/v1/lessons/{id}/approve"] = [Roles.Coordinator, Roles.LearningEditor],
            ["POST /api/v1/lessons/{id}/withdraw"] = [Roles.Coordinator, Roles.LearningEditor],
            ["GET /fhir/Task"] = Party,
            ["POST /fhir/Task/_search"] = Party,
            ["PUT /fhir/Task/{id}"] = Party,
            ["GET /fhir/Task/{id}"] = [.. Party, Roles.Auditor],
            ["GET /fhir/Provenance"] = [.. Party, Roles.Auditor],
            ["GET /fhir/Provenance/{id}"] = [.. Party, Roles.Auditor],
        };
        foreach (var action in CaseActions)
            operations.Add($"POST /api/v1/cases/{{id}}/{action}", Party);
        return AssertMatrixAsync<routing::Program>(WithOperations("routing", operations));
    }

    [Fact]
    public Task Statistics_admits_exactly_the_listed_roles() => AssertMatrixAsync<statistics::Program>(WithOperations("statistics", new()
    {
        ["GET /api/v1/statistics"] = Figures,
        // And those of a unit.
        ["GET /api/v1/statistics/patient-information"] = [Roles.Secretariat, Roles.Coordinator],
        ["GET /api/v1/statistics/indicators"] = Figures,
        ["POST /api/v1/statistics/history"] = [Roles.Secretariat],
        ["GET /api/v1/reports/{community}/{name}"] = Figures,
        ["GET /api/v1/reports/{community}/{quarter}/versions"] = Figures,
        ["GET /api/v1/reports/{community}/{quarter}/diff"] = Figures,
        ["POST /api/v1/reports/{community}/{quarter}/freeze"] = [Roles.Secretariat],
        ["GET /api/v1/reports/{community}/regions/{region}/{name}"] = Figures,
        ["GET /api/v1/reports/{community}/patient-groups/{group}/{name}"] = Figures,
        ["GET /api/v1/reports/{community}/agreements/{name}"] = Figures,
        ["GET /api/v1/signals"] = [.. Figures.Where(r => r != Roles.Ssu)],
        ["GET /api/v1/signals/{id}/cases"] = [.. Figures.Where(r => r != Roles.Ssu)],
        ["POST /api/v1/signals/{id}"] = [Roles.Coordinator],
        ["GET /ops/statistics/facts"] = [Roles.Admin],
        ["POST /ops/statistics/facts/invalidate"] = [Roles.Admin],
    }));

    [Fact]
    public Task Notices_admits_exactly_the_listed_roles() => AssertMatrixAsync<notices::Program>(WithOperations("notices", new()
    {
        ["GET /api/v1/notices"] = Party,
        ["GET /api/v1/notices/settings"] = [.. Party.Where(r => r != Roles.Client)],
        ["PUT /api/v1/notices/settings"] = [.. Party.Where(r => r != Roles.Client)],
        ["GET /api/v1/notices/units"] = [Roles.Handler, Roles.UnitLeader, Roles.Coordinator, Roles.Admin],
        ["GET /api/v1/notices/units/{code}"] = [Roles.Handler, Roles.UnitLeader, Roles.Coordinator, Roles.Admin],
        ["PUT /api/v1/notices/units/{code}"] = [Roles.Handler, Roles.UnitLeader, Roles.Coordinator, Roles.Admin],
    }));

    private static async Task AssertMatrixAsync<TProgram>(Dictionary<string, string[]> operations) where TProgram : class
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<TProgram>(database);
        using var anonymous = service.CreateClient();
        var described = JsonElement.Parse(await anonymous.GetByteArrayAsync("/openapi/v1.json")).GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name.ToUpperInvariant()} {path.Name.TrimEnd('/')}"))
            .Concat(FhirEndpoint.Of(service.Services).Where(e => !e.IsOpen).Select(e => $"{e.Method} {e.Path}")).ToList();
        Assert.Equal(operations.Keys.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));

        foreach (var (operation, allowed) in operations)
        {
            Assert.Equal(allowed == Anyone ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, await CallAsync(anonymous, operation));
            foreach (var role in All)
            {
                using var caller = service.As(Hamar, role);
                var status = await CallAsync(caller, operation);
                var admitted = status is not (HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized) && (int)status < 500;
                var asListed = allowed.Contains(role, StringComparer.Ordinal) ? admitted : status == HttpStatusCode.Forbidden;
                Assert.True(asListed, $"{role}: {operation} answered {(int)status}");
            }
        }
    }

    private static async Task<HttpStatusCode> CallAsync(HttpClient caller, string operation)
    {
        var space = operation.IndexOf(' ', StringComparison.Ordinal);
        var (method, path) = (operation[..space], operation[(space + 1)..]
            .Replace("{id}", Guid.Empty.ToString(), StringComparison.Ordinal)
            .Replace("{attachmentId}", Guid.Empty.ToString(), StringComparison.Ordinal)
            .Replace("{measureId}", Guid.Empty.ToString(), StringComparison.Ordinal)
            .Replace("{list}", "harm", StringComparison.Ordinal)
            .Replace("{code}", "si-tynset", StringComparison.Ordinal));
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        // Another media type is refused before anybody is asked for.
        if (method != "GET")
            request.Content = path.EndsWith("/attachments", StringComparison.Ordinal)
                ? new MultipartFormDataContent { { new StringContent("report"), "belongsTo" } }
                : new StringContent("{}", Encoding.UTF8,
                    path.EndsWith("deviations/import", StringComparison.Ordinal) ? "application/x-ndjson" : "application/json");
        using var response = await caller.SendAsync(request);
        return response.StatusCode;
    }
}
