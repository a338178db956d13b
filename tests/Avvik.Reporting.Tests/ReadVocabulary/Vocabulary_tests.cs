using System.Net;
using System.Text.Json.Nodes;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Reporting.Tests.ReadVocabulary;

public sealed class Vocabulary_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    [Fact]
    public async Task Vocabulary_lists_every_code_with_labels_and_validity_without_a_token()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var client = AvvikClient.For(service.CreateClient());
        var all = await client.GetVocabularyAsync();

        Assert.Equal(Vocabulary.Lists, all.Lists.Select(l => l.List));
        Assert.All(all.Lists, list => Assert.Equal(Vocabulary.CodesOf(list.List), list.Codes.Select(c => c.Code)));
        Assert.All(all.Lists.SelectMany(l => l.Codes), code =>
            Assert.All([code.Labels.Nb, code.Labels.Nn, code.Labels.En], label => Assert.False(string.IsNullOrWhiteSpace(label), code.Code)));
        var harm = await client.GetVocabularyListAsync("harm");
        Assert.Equal(new CodeLabels("Mild", "Mild", "Mild"), harm.Codes.Single(c => c.Code == "mild").Labels);
        var clauses = await client.GetVocabularyListAsync("clauses");
        Assert.Equal(new(2022, 8, 1), clauses.Codes.Single(c => c.Code == "12").ValidFrom);
        Assert.Equal("5", all.Lists.Single(l => l.List == "categories").Codes.Single(c => c.Code == "dischargeSummary").Clause);
        Assert.Equal(HttpStatusCode.NotFound,
            (await Assert.ThrowsAsync<AvvikProblemException>(() => client.GetVocabularyListAsync("harms"))).Status);
    }

    [Fact]
    public async Task Vocabulary_answers_304_while_it_is_unchanged_and_400_to_unknown_filters()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        using var http = service.CreateClient();
        foreach (var path in new[] { "/api/v1/vocabulary", "/api/v1/vocabulary/kinds" })
        {
            using var first = await http.GetAsync(path);
            foreach (var (tags, expected) in new[]
            {
                ($"{first.Headers.ETag}", HttpStatusCode.NotModified), ($"\"other\", W/{first.Headers.ETag}", HttpStatusCode.NotModified),
                ("*", HttpStatusCode.NotModified), ("\"other\"", HttpStatusCode.OK),
            })
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "If-None-Match", tags } } };
                using var answer = await http.SendAsync(request);
                Assert.Equal((expected, first.Headers.ETag), (answer.StatusCode, answer.Headers.ETag));
            }
            using var unknown = await http.GetAsync($"{path}?language=nb");
            Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
        }
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Deviation_has_labels_in_the_language_that_is_asked_for(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var submitted = await service.Reporter().SubmitAsync(Given.Submission with { PatientGroups = ["frailElderly"] });
        using var http = service.As(Given.Hamar, Roles.Reporter);

        var plain = JsonNode.Parse(await http.GetStringAsync($"/api/v1/deviations/{submitted.Id}"))!.AsObject();
        Assert.False(plain.ContainsKey("labels"));
        var labelled = JsonNode.Parse(await http.GetStringAsync($"/api/v1/deviations/{submitted.Id}?labels=nn"))!.AsObject();
        Assert.Equal("""{"state":"Send inn","direction":"Kommune til helseføretak","category":"Epikrise","actualHarm":"Mild"}""",
            labelled["labels"]!.ToJsonString(Readable));
        Assert.Equal("Avvik frå avtale", (string?)labelled["submission"]!["labels"]!["kind"]);
        Assert.Single(labelled["submission"]!["labels"]!["patientGroups"]!.AsArray());
        var listed = JsonNode.Parse(await http.GetStringAsync("/api/v1/deviations?labels=en"))!["items"]![0]!;
        Assert.Equal("Submitted", (string?)listed["timeline"]![0]!["labels"]!["event"]);

        // Nothing but labels is added.
        Strip(labelled);
        Assert.Equal(plain.ToJsonString(), labelled.ToJsonString());
        foreach (var language in new[] { "", "sv", "NB", "nb&labels=nn", "nb,nn" })
        {
            using var refused = await http.GetAsync($"/api/v1/deviations?labels={language}");
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            Assert.Contains("\"/labels\"", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    private static readonly System.Text.Json.JsonSerializerOptions Readable =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static void Strip(JsonNode? node)
    {
        if (node is JsonArray items) foreach (var item in items) Strip(item);
        if (node is not JsonObject members) return;
        members.Remove("labels");
        foreach (var (_, member) in members) Strip(member);
    }
}
