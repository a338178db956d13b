extern alias notices;
extern alias reporting;
extern alias routing;
extern alias statistics;
extern alias triage;

using System.Net;
using System.Text.Json.Nodes;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Architecture.Tests;

/// <summary><c>labels</c> is taken by each GET whose answer holds codes, as its description says, and by nothing else.</summary>
public sealed class Label_tests
{
    [Fact]
    public Task Reporting_takes_labels_where_it_says_so() =>
        AssertTakenAsync<reporting::Program>("/api/v1/changes", "/api/v1/deviations", "/api/v1/deviations/{id}", "/api/v1/access-log/reporting");

    [Fact]
    public Task Triage_takes_labels_where_it_says_so() => AssertTakenAsync<triage::Program>("/api/v1/triage");

    [Fact]
    public Task Routing_takes_labels_where_it_says_so() => AssertTakenAsync<routing::Program>("/api/v1/cases", "/api/v1/cases/{id}", "/api/v1/cases/counts",
        "/api/v1/cases/{id}/similar", "/api/v1/measures", "/api/v1/lessons", "/api/v1/lessons/{id}", "/api/v1/assignments/me", "/api/v1/directory");

    [Fact]
    public Task Statistics_takes_labels_where_it_says_so() => AssertTakenAsync<statistics::Program>("/api/v1/statistics", "/api/v1/signals");

    [Fact]
    public Task Notices_takes_labels_where_it_says_so() => AssertTakenAsync<notices::Program>("/api/v1/notices", "/api/v1/notices/units/{code}");

    private static async Task AssertTakenAsync<TProgram>(params string[] atLeast) where TProgram : class
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<TProgram>(database);
        var paths = JsonNode.Parse(await service.CreateClient().GetStringAsync("/openapi/v1.json"))!["paths"]!.AsObject();
        var callers = new[] { Roles.Coordinator, Roles.Admin, Roles.Secretariat, Roles.Auditor }.Select(role => service.As("970540008", role)).ToList();
        var taking = new List<string>();
        foreach (var (path, operations) in paths)
        {
            if (operations!["get"] is not { } get) continue;
            var takes = get["parameters"]?.AsArray().Any(p => (string?)p!["name"] == "labels") == true;
            if (takes) taking.Add(path.TrimEnd('/'));
            var address = path.Replace("{code}", "si-tynset", StringComparison.Ordinal).Replace("{list}", "harm", StringComparison.Ordinal);
            while (address.IndexOf('{', StringComparison.Ordinal) is >= 0 and var start)
                address = address[..start] + Guid.Empty + address[(address.IndexOf('}', StringComparison.Ordinal) + 1)..];
            var known = await ErrorsAsync($"{address}?labels=nn");
            var unknown = await ErrorsAsync($"{address}?labels=sv");
            Assert.True(takes ? !known.Contains("/labels") && unknown.Contains("/labels unknownLanguage")
                : known.Contains("/labels unknownMember"), $"{path}: {known} | {unknown}");
        }
        Assert.Empty(atLeast.Except(taking));

        // Of the first caller that has access: without it nothing is said of parameters.
        async Task<string> ErrorsAsync(string address)
        {
            foreach (var caller in callers)
            {
                using var answer = await caller.GetAsync(address);
                if (answer.StatusCode == HttpStatusCode.Forbidden) continue;
                Assert.True((int)answer.StatusCode < 500, $"{address} answered {(int)answer.StatusCode}");
                if (answer.StatusCode != HttpStatusCode.BadRequest) return "";
                var errors = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["errors"]?.AsArray();
                return string.Join(", ", errors?.Select(e => $"{e!["pointer"]} {e["code"]}") ?? []);
            }
            throw new InvalidOperationException($"Nobody may read {address}.");
        }
    }
}
