using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Avvik.Testing;
using RabbitMQ.Client;

namespace Avvik.System.Tests;

/// <summary>
/// Each example of a request in the description that the gateway serves is sent, where it can be sent in a case's life, and accepted; and what takes JSON
/// has one.
/// </summary>
[Collection(nameof(RunningSystem))]
public sealed class Request_example_tests(RunningSystem system)
{
    private const string Hamar = "970540008", SykehusetInnlandet = "983971709", Unit = "si-elverum-hamar",
        Nordlandssykehuset = "983974910", Oslo = "993467049", Json = "application/json", FhirJson = "application/fhir+json";
    // A resource is updated as it was read, so no example can be written beforehand.
    private static readonly string[] WithoutExample = ["FhirUpdateTask", "FhirUpdateSubscription"];
    // A signal is raised when a day is over: the tests of Statistics send this one.
    private const string NotSent = "ChangeSignal explained";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private readonly HashSet<string> _sent = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Method, string Path, string MediaType, JsonObject Examples)> _described = new(StringComparer.Ordinal);

    [Fact]
    public async Task Every_request_example_of_the_description_is_accepted()
    {
        using var anonymous = new HttpClient { BaseAddress = system.Address };
        var description = JsonNode.Parse(await anonymous.GetStringAsync("openapi/v1.json"))!;
        foreach (var (path, operations) in description["paths"]!.AsObject())
            foreach (var (method, operation) in operations!.AsObject())
                foreach (var type in new[] { Json, FhirJson })
                    if (operation?["requestBody"]?["content"]?[type] is JsonObject body && (string)operation["operationId"]! is var name
                        && !WithoutExample.Contains(name, StringComparer.Ordinal))
                    {
                        Assert.True(body["examples"] is JsonObject { Count: > 0 }, $"{name} has no example (Descriptions/examples.json of the gateway).");
                        _described[name] = (method, path, type, body["examples"]!.AsObject());
                    }

        using var nurse = system.Http(await system.TokenAsync(Hamar, "reporter"));
        using var reporters = system.Http(await system.TokenAsync(Hamar, "coordinator"));
        using var record = system.Http(await system.TokenAsync(Hamar, "client"));
        using var auditor = system.Http(await system.TokenAsync(Hamar, "auditor"));
        using var handler = system.Http(await system.TokenAsync(SykehusetInnlandet, "handler", Unit));
        using var coordinator = system.Http(await system.TokenAsync(SykehusetInnlandet, "coordinator"));
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, _) in _described["SubmitDeviation"].Examples) ids[name] = (string)(await SendAsync(nurse, "SubmitDeviation", name))!["id"]!;
        // The same again is the same: what the description says of idempotency.
        Assert.Equal(ids["full"], (string?)(await SendAsync(nurse, "SubmitDeviation", "full"))!["id"]);
        foreach (var (name, _) in _described["ValidateDeviation"].Examples) await SendAsync(nurse, "ValidateDeviation", name);
        var launch = (string)(await SendAsync(record, "LaunchReport", "message"))!["launch"]!;
        await SendAsync(nurse, "OpenLaunch", "link", null, ("launch", launch));
        await SendAsync(record, "FhirValidateAdverseEvent", "minimal");
        await SendAsync(record, "FhirCreateAdverseEvent", "minimal");
        var others = new Queue<string>();
        for (var i = 0; i < 9; i++) others.Enqueue(await ReportAsync(nurse));
        var serious = await ReportAsync(nurse, "severe");
        foreach (var other in others.Append(serious).Append(ids["full"]).Append(ids["praise"]))
            await Eventually.IsTrue(async () => await StateAsync(coordinator, other) == "routed", Soon);

        await SendAsync(handler, "SendNationalReport", "leader", serious);

        // A case that is asked about, disputed, escalated, answered again, learnt from and reopened.
        var id = ids["full"];
        await SendAsync(handler, "AcknowledgeCase", "nothing", id);
        await SendAsync(handler, "StartCase", "nothing", id);
        await SendAsync(handler, "OpenEnvelope", "handleCase", id);
        await SendAsync(handler, "OpenEnvelopes", "handleCase", id);
        await SendAsync(auditor, "SearchAccessLog", "patient");
        await SendAsync(handler, "AskCase", "question", id);
        await Eventually.IsTrue(async () =>
            (string?)JsonNode.Parse(await nurse.GetStringAsync($"api/v1/deviations/{id}"))!["state"] == "awaitingReporter", Soon);
        await SendAsync(nurse, "WriteMessage", "answer", id);
        await Eventually.IsTrue(async () => await StateAsync(handler, id) == "inProgress", Soon);
        var answered = await SendAsync(handler, "AnswerCase", "withMeasure", id);
        await SendAsync(handler, "ChangeMeasure", "started", id, ("measureId", answered!["answer"]!["measures"]![0]!["id"]!));
        await SendAsync(nurse, "RecordPatientInformationCase", "nextOfKin", id);
        await SendAsync(nurse, "DisputeCase", "reason", id);
        await SendAsync(coordinator, "EscalateCase", "reason", id);
        await SendAsync(coordinator, "ResolveCase", "decision", id);
        await SendAsync(handler, "AnswerCase", "withoutMeasures", id);
        await SendAsync(nurse, "AcceptCase", "nothing", id);
        var lesson = (string)(await SendAsync(coordinator, "ProposeLesson", "lesson", id))!["id"]!;
        await SendAsync(coordinator, "ChangeLesson", "lesson", lesson);
        await SendAsync(coordinator, "WithdrawLesson", "reason", lesson);
        await SendAsync(coordinator, "ReopenCase", "reason", id);
        // What was routed by rules is listed for review, too: a decision needs that the reopening has arrived.
        await Eventually.IsTrue(async () => JsonNode.Parse(await coordinator.GetStringAsync("api/v1/triage?limit=200"))!["items"]!.AsArray()
            .Any(i => (string?)i!["id"] == id && (string?)i["state"] == "triage"), Soon);
        await SendAsync(coordinator, "DecideTriage", "route", id);
        // Striking moves the case, when it has arrived there.
        await SendAsync(coordinator, "RedactText", "passage", id);

        // Those that end, or move, otherwise.
        var disputed = others.Dequeue();
        await SendAsync(handler, "AcknowledgeCase", "nothing", disputed);
        await SendAsync(handler, "StartCase", "nothing", disputed);
        await SendAsync(handler, "AnswerCase", "withoutMeasures", disputed);
        await SendAsync(nurse, "DisputeCase", "reason", disputed);
        await SendAsync(coordinator, "CloseCase", "decision", disputed);
        await SendAsync(handler, "ReturnCase", "wrongRecipient", others.Dequeue());
        var moved = others.Dequeue();
        await SendAsync(handler, "AcknowledgeCase", "nothing", moved);
        await SendAsync(handler, "StartCase", "nothing", moved);
        await SendAsync(handler, "TransferCase", "unit", moved);
        await SendAsync(coordinator, "HandOverCase", "party", others.Dequeue());
        await SendAsync(coordinator, "RejectCase", "complaint", others.Dequeue());
        await SendAsync(coordinator, "EnterInErrorCase", "reason", others.Dequeue());
        var (one, two) = (others.Dequeue(), others.Dequeue());
        await SendAsync(coordinator, "ReclassifyCase", "category", one);
        await SendAsync(coordinator, "LinkCase", "sameEvent", one, ("otherCase", two));
        await SendAsync(coordinator, "UnlinkCase", "reason", one);
        await SendAsync(coordinator, "MergeCase", "duplicate", two, ("otherCase", one));
        await SendAsync(handler, "ThankCase", "thanks", ids["praise"]);
        await Script.RunAsync("compose/directory", "import", Path.Combine(RepositoryRoot.Path, "compose/communities/oslo.json"), "--without-avvik");
        var letter = "";
        // Until every service has heard of the trust: one that has not refuses the report, or lets it wait for a person.
        await Eventually.IsTrue(async () =>
        {
            if ((letter = await ReportAsync(nurse, respondent: Oslo)).Length == 0) return false;
            var state = "";
            await Eventually.IsTrue(async () => (state = (string)JsonNode.Parse(await nurse.GetStringAsync($"api/v1/deviations/{letter}"))!["state"]!)
                != "submitted", Soon);
            return state == "routed";
        }, Soon);
        var today = TimeZoneInfo.ConvertTime(DateTimeOffset.UtcNow, TimeZoneInfo.FindSystemTimeZoneById("Europe/Oslo"));
        await SendAsync(reporters, "RecordLetterCase", "sent", letter, ("sentOn", today.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
        await SendAsync(reporters, "OpenReporter", "contactReporter", others.Dequeue());
        await SendAsync(nurse, "WithdrawDeviation", "reason", ids["minimal"]);
        await SendAsync(nurse, "AddPatients", "more", ids["severalPatients"]);
        await SendAsync(nurse, "SetNoticeSettings", "digest");

        // What a party and its software set up.
        var webhook = (string)(await SendAsync(record, "RegisterWebhook", "all"))!["id"]!;
        await SendAsync(record, "ChangeWebhook", "unit", webhook);
        await SendAsync(record, "ReplayWebhook", "latest", webhook);
        using (var removed = await record.DeleteAsync(new Uri($"api/v1/webhooks/{webhook}", UriKind.Relative))) Assert.True(removed.IsSuccessStatusCode);
        var assignment = (string)(await SendAsync(reporters, "AssignRole", "handler"))!["id"]!;
        await SendAsync(reporters, "EndAssignment", "reason", assignment);
        await SendAsync(coordinator, "SimulateRoutingRules", "category");
        await SendAsync(reporters, "SetUnitNoticeSettings", "mailbox", null, ("code", "3403-legevakt"));
        var subscription = (string)(await SendAsync(record, "FhirCreateSubscription", "task"))!["id"]!;
        using (var removed = await record.DeleteAsync(new Uri($"fhir/Subscription/{subscription}", UriKind.Relative))) Assert.True(removed.IsSuccessStatusCode);
        using var admin = system.Http(await system.TokenAsync(Hamar, "admin"));
        await SendAsync(reporters, "ChangeUnit", "unit", null, ("code", "3403-tildeling"));
        // A community is entered by a trust's administrator, and from then on by its own trust's.
        using var trust = system.Http(await system.TokenAsync(SykehusetInnlandet, "admin"));
        await SendAsync(trust, "ImportDirectory", "community");
        var entered = _described["ImportDirectory"].Examples["community"]!["value"]!["communities"]![0]!["trust"]!["organizationNumber"]!;
        using var itsOwn = system.Http(await system.TokenAsync((string)entered!, "admin"));
        await SendAsync(itsOwn, "UndoDirectoryImport", "reason");
        var rules = JsonNode.Parse(await coordinator.GetStringAsync("api/v1/routing-rules"))!["rules"]!.DeepClone();
        await SendAsync(coordinator, "SetRoutingRules", "category");
        await SendAsync(coordinator, "SetRoutingRules", "category", null, ("rules", rules));
        await SendStatisticsAsync();
        await SendParkedAsync(admin);

        Assert.Equal(_described.SelectMany(d => d.Value.Examples.Select(e => $"{d.Key} {e.Key}")).Order(StringComparer.Ordinal),
            _sent.Append(NotSent).Order(StringComparer.Ordinal));
    }

    /// <summary>History, and a quarter that is frozen twice, in a community of which no other test has figures.</summary>
    private async Task SendStatisticsAsync()
    {
        using var secretariat = system.Http(await system.TokenAsync(Nordlandssykehuset, "secretariat"));
        await SendAsync(secretariat, "ImportHistory", "report");
        // A quarter is frozen when every service has said how far its events have come; asked before, it counts among the questions of a minute.
        await Eventually.IsTrue(async () => await system.CountAsync("statistics", string.Create(CultureInfo.InvariantCulture, $"""
            select count(distinct publisher) from publisher_watermark
            where chained = 1 and publisher in ('reporting', 'triage', 'routing')
              and applied_at < {DateTimeOffset.UtcNow.AddSeconds(-2).ToUnixTimeMilliseconds()}
            """)) == 3, Soon);
        foreach (var example in new[] { "first", "again" })
            await Eventually.IsTrue(async () =>
            {
                using var latest = await PostAsync(secretariat, "FreezeReport", example, null, ("community", "lofoten-vesteralen-salten"),
                    ("quarter", "2023-Q2"));
                Assert.True(latest.IsSuccessStatusCode || latest.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.TooManyRequests,
                    await latest.Content.ReadAsStringAsync());
                return latest.IsSuccessStatusCode;
            }, Soon);
    }

    /// <summary>What no service can read: each parks it, and an administrator tries it again and discards it.</summary>
    private async Task SendParkedAsync(HttpClient admin)
    {
        var broker = new Uri(await Script.RunAsync("compose/broker", "uri", Path.Combine(system.Data, "broker")));
        await using var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        foreach (var service in RunningSystem.Services)
        {
            for (var i = 0; i < 2; i++) await channel.BasicPublishAsync("", service, "no page"u8.ToArray());
            var operation = $"PostOps{char.ToUpperInvariant(service[0])}{service[1..]}Parked";
            await SendAsync(admin, $"{operation}IdDiscard", "reason", await ParkedAsync(service, 2));
            await SendAsync(admin, $"{operation}IdRequeue", "reason", await ParkedAsync(service, 1));
            await ParkedAsync(service, 1);
            await SendAsync(admin, $"{operation}Requeue", "source");
            await ParkedAsync(service, 1);
            await SendAsync(admin, $"{operation}Discard", "source");
            Assert.Empty(JsonNode.Parse(await admin.GetStringAsync($"ops/{service}/parked"))!["items"]!.AsArray());
        }

        async Task<string> ParkedAsync(string service, int count)
        {
            JsonArray parked = [];
            await Eventually.IsTrue(async () =>
                (parked = JsonNode.Parse(await admin.GetStringAsync($"ops/{service}/parked"))!["items"]!.AsArray()).Count == count, Soon);
            return (string)parked[0]!["id"]!;
        }
    }

    private async Task<JsonNode?> SendAsync(HttpClient http, string operation, string example, string? id = null,
        params (string Name, JsonNode Value)[] others)
    {
        using var response = await PostAsync(http, operation, example, id, others);
        var answer = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{operation} {example}: {(int)response.StatusCode} {answer}");
        return answer.Length == 0 ? null : JsonNode.Parse(answer);
    }

    /// <param name="id">Of what it is done with, in the path.</param>
    /// <param name="others">What only this run knows, in the path or as a member of the example.</param>
    private async Task<HttpResponseMessage> PostAsync(HttpClient http, string operation, string example, string? id = null,
        params (string Name, JsonNode Value)[] others)
    {
        var (method, path, mediaType, examples) = _described[operation];
        var (body, address) = (examples[example]!["value"]!.DeepClone(), path.TrimStart('/').Replace("{id}", id, StringComparison.Ordinal));
        foreach (var (name, value) in others)
        {
            if (body.AsObject().ContainsKey(name)) body[name] = value.DeepClone();
            if (value is JsonValue) address = address.Replace($"{{{name}}}", $"{value}", StringComparison.Ordinal);
        }
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), address)
        {
            Content = new StringContent(body.ToJsonString(), Encoding.UTF8, mediaType),
        };
        // The directory has one version.
        if (address.StartsWith("api/v1/directory/", StringComparison.Ordinal)) await AddVersionAsync(http, request, "api/v1/directory");
        else if (method == "put") await AddVersionAsync(http, request, address);
        // What is done with a case, a lesson or a webhook is done with the version that one has seen.
        else if (address.Split('/') is ["api", "v1", "cases" or "lessons" or "webhooks", _, _, ..] parts)
            await AddVersionAsync(http, request, string.Join('/', parts[..4]));
        var response = await http.SendAsync(request);
        if (response.IsSuccessStatusCode) _sent.Add($"{operation} {example}");
        return response;
    }

    /// <summary>Another report like the full example, by somebody who wants to be confidential.</summary>
    private async Task<string> ReportAsync(HttpClient nurse, string harm = "mild", string respondent = SykehusetInnlandet)
    {
        var report = _described["SubmitDeviation"].Examples["full"]!["value"]!.DeepClone();
        // Letters for digits: some runs of them could be taken for somebody's number.
        var reference = string.Concat(Guid.NewGuid().ToString("N").Select(c => char.IsAsciiDigit(c) ? (char)(c - '0' + 'g') : c));
        (report["clientReference"], report["reporter"]!["confidential"], report["actualHarm"]) = (reference, true, harm);
        foreach (var member in new[] { "patient", "potentialHarm" }) report.AsObject().Remove(member);
        report["respondent"]!["organizationNumber"] = respondent;
        using var response = await nurse.PostAsync(new Uri("api/v1/deviations", UriKind.Relative),
            new StringContent(report.ToJsonString(), Encoding.UTF8, "application/json"));
        if (respondent == Oslo && response.StatusCode == HttpStatusCode.UnprocessableEntity) return "";
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return (string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["id"]!;
    }

    private static async Task AddVersionAsync(HttpClient http, HttpRequestMessage request, string path)
    {
        using var current = await http.GetAsync(new Uri(path, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("If-Match", current.Headers.ETag!.Tag);
    }

    private static async Task<string?> StateAsync(HttpClient http, string id)
    {
        using var response = await http.GetAsync(new Uri($"api/v1/cases/{id}", UriKind.Relative));
        return response.IsSuccessStatusCode
            ? JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("case").GetProperty("state").GetString() : null;
    }
}
