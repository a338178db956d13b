using System.Collections;
using System.Net.Http.Headers;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Testing;

namespace Avvik.System.Tests;

/// <summary>The client reads real answers as a server that is a minor version newer, or as old as the last release, would give them.</summary>
[Collection(nameof(RunningSystem))]
public sealed partial class Client_version_tests(RunningSystem system)
{
    private const string Hamar = "970540008", SykehusetInnlandet = "983971709";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Client_reads_every_answer_of_a_newer_and_of_the_released_server(bool newer)
    {
        using var changed = new ChangedAnswers(newer);
        async Task<IAvvikClient> As(string organization, string role, string? unit = null)
        {
            var http = new HttpClient(changed, disposeHandler: false) { BaseAddress = system.Address };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await system.TokenAsync(organization, role, unit));
            return AvvikClient.For(http);
        }
        var record = await As(Hamar, Roles.Client);
        var line = Corpus.Lines.First(l => l.Reporter == Hamar && l.Unit == "si-elverum-hamar");
        var submission = line.Submission.Fresh() with { Category = line.Category, ActualHarm = "severe", PatientGroups = ["none"] };
        Assert.True((await record.ValidateAsync(submission)).Valid);
        var sent = await record.SubmitAsync(submission);
        Assert.Equal(submission.ClientReference, sent.Submission.ClientReference);
        var real = await system.ClientAsync(SykehusetInnlandet, Roles.Coordinator);
        await Eventually.IsTrue(async () => (await real.ListCasesAsync(new() { Q = sent.Reference })).Items.Any(c => c.Id == sent.Id),
            TimeSpan.FromSeconds(60));

        var handler = await As(SykehusetInnlandet, Roles.Handler, "si-elverum-hamar");
        var coordinator = await As(SykehusetInnlandet, Roles.Coordinator);
        var acknowledged = await handler.ActAsync(sent.Id, (await handler.GetCaseAsync(sent.Id)).Case.Version, "acknowledge");
        Assert.Equal(newer ? "addedLater" : "acknowledged", acknowledged.Case.State);
        Whole(acknowledged);
        Assert.NotNull(acknowledged.SeriousIncident);
        Assert.Equal(sent.Id, (await record.GetDeviationAsync(sent.Id)).Id);
        Assert.NotEmpty((await record.ListDeviationsAsync()).Items);
        Assert.NotEmpty((await record.ListChangesAsync()).Items);
        Assert.NotEmpty((await coordinator.ListCasesAsync()).Items);
        Assert.NotEqual(0, (await coordinator.CountCasesAsync()).Open);
        Whole(await coordinator.ListSimilarAsync(sent.Id));
        Whole(await coordinator.ListMeasuresAsync());
        Whole(await coordinator.ListLessonsAsync());
        Whole(await coordinator.ListTriageAsync());
        Whole(await coordinator.GetRoutingRulesAsync());
        Whole(await coordinator.ListAssignmentsAsync());
        Assert.NotEmpty((await record.GetDirectoryAsync()).Communities);
        Whole(await coordinator.GetStatisticsAsync(new() { Scope = "own" }));
        Whole(await coordinator.ListSignalsAsync());
        var auditor = await As(SykehusetInnlandet, Roles.Auditor);
        Whole(await auditor.ListAccessLogAsync("routing"));
        Whole(await auditor.VerifyAccessLogAsync("routing"));
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => record.SubmitAsync(submission with { Narrative = "Noe annet." }));
        Assert.Equal(ProblemCodes.ClientReferenceReused, refused.Code);

        Assert.True(changed.Count > 100, $"{changed.Count} members were added, replaced or removed");
        Assert.True(newer || changed.Removed.Count > 3, string.Join(' ', changed.Removed));
    }

    /// <summary>Nothing is null that the client says cannot be, however deep.</summary>
    private static void Whole(object answer, string path = "")
    {
        if (answer is IEnumerable items and not string)
        {
            foreach (var item in items) Whole(item, path + "[]");
            return;
        }
        if (answer.GetType().Namespace != typeof(IAvvikClient).Namespace) return;
        var nullability = new NullabilityInfoContext();
        foreach (var property in answer.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public))
        {
            var value = property.GetValue(answer);
            if (value is not null) Whole(value, $"{path}/{property.Name}");
            else Assert.True(nullability.Create(property).ReadState != NullabilityState.NotNull, $"{path}/{property.Name} is null");
        }
    }

    /// <summary>Adds members and codes that nobody knows yet, or removes members that the last release did not have, by its description.</summary>
    private sealed partial class ChangedAnswers(bool newer) : DelegatingHandler(new SocketsHttpHandler())
    {
        private static readonly string[] Codes = ["state", "event", "category", "kind", "priority", "actualHarm", "direction", "role"];

        private static readonly JsonNode Current = JsonNode.Parse(File.ReadAllText(Path.Combine(RepositoryRoot.Path, "contracts/openapi/v1.json")))!;

        private static readonly JsonNode Released = JsonNode.Parse(File.ReadAllText(
            global::System.IO.Directory.GetFiles(Path.Combine(RepositoryRoot.Path, "contracts", "openapi", "released")).Max(StringComparer.Ordinal)!))!;

        public int Count { get; private set; }
        public HashSet<string> Removed { get; } = new(StringComparer.Ordinal);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            var type = response.Content.Headers.ContentType;
            if (type?.MediaType?.EndsWith("json", StringComparison.Ordinal) != true) return response;
            var body = JsonNode.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken))!;
            if (newer) Add(body);
            else if (response.IsSuccessStatusCode && SchemaOf(request) is { } schema) Remove(body, schema);
            response.Content = new StringContent(body.ToJsonString(), global::System.Text.Encoding.UTF8, type);
            return response;
        }

        private void Add(JsonNode? node)
        {
            if (node is JsonArray array)
            {
                foreach (var item in array) Add(item);
                return;
            }
            if (node is not JsonObject members) return;
            foreach (var (name, value) in members.ToList())
            {
                Add(value);
                if (!Codes.Contains(name, StringComparer.Ordinal) || value is not JsonValue) continue;
                members[name] = "addedLater";
                Count++;
            }
            members["addedLater"] = new JsonObject { ["deep"] = new JsonArray(1, "two", null) };
            Count++;
        }

        private static JsonNode? SchemaOf(HttpRequestMessage request)
        {
            var template = Current["paths"]!.AsObject()
                .Where(p => Regex.IsMatch(
                    request.RequestUri!.AbsolutePath, $"^{Parameter().Replace(p.Key, "[^/]+")}$", RegexOptions.None, TimeSpan.FromSeconds(1)))
                // Literal segments come before parameters.
                .OrderBy(p => p.Key.Count(c => c == '{')).Select(p => p.Key).FirstOrDefault();
            return template is null ? null : Released["paths"]![template]?[request.Method.Method.ToLowerInvariant()]?["responses"]!.AsObject()
                .FirstOrDefault(r => r.Key[0] == '2').Value?["content"]?["application/json"]?["schema"];
        }

        private void Remove(JsonNode? node, JsonNode schema)
        {
            while ((string?)schema["$ref"] is { } reference) schema = Released["components"]!["schemas"]![reference.Split('/')[^1]]!;
            if ((schema["oneOf"] ?? schema["anyOf"]) is JsonArray choices)
            {
                if (choices.FirstOrDefault(c => (string?)c!["$ref"] is not null) is { } choice) Remove(node, choice);
                return;
            }
            if (node is JsonArray array && schema["items"] is { } items)
            {
                foreach (var item in array) Remove(item, items);
                return;
            }
            if (node is not JsonObject members || schema["properties"] is not JsonObject known) return;
            foreach (var (name, value) in members.ToList())
            {
                Count++;
                if (known[name] is { } member) Remove(value, member);
                else if (schema["additionalProperties"] is null)
                {
                    members.Remove(name);
                    Removed.Add(name);
                }
            }
        }

        [GeneratedRegex(@"\\?\{[^}]*\}", RegexOptions.None, 1000)]
        private static partial Regex Parameter();
    }
}
