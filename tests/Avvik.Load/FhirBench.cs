using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Avvik.Load;

/// <param name="JsonMicroseconds">Processor time of gateway and Reporting for a report as JSON, its event sent on.</param>
/// <param name="FhirMicroseconds">The same report as an AdverseEvent.</param>
/// <param name="Ratio">Of the two, over all rounds, in which they take turns.</param>
internal sealed record FhirResult(int Cores, int Reports, double JsonMicroseconds, double FhirMicroseconds, double Ratio);

/// <summary>What a report as FHIR costs beside the same report as JSON: the whole system as <c>compose/up</c> starts it.</summary>
internal static class FhirBench
{
    private const int Rounds = 66, Compiling = 6, Connections = 8, ReportsInRound = 1000;
    private const double Aim = 1.3;
    private const string Placeholder = "fhir-bench-reference";
    private static readonly string[] GivenBackOnly = ["id", "meta", "recordedDate"], ExtensionsGivenBackOnly = ["/reference", "/state"];
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static async Task RunAsync(string repository, string corpus, bool json, string data, int port)
    {
        using var gateway = new GatewayCheck(repository, port);
        using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}/") };
        var reporter = Line.Read(corpus).CountBy(line => line.Reporter).MaxBy(pair => pair.Value).Key;
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await gateway.TokenAsync(reporter, "client"));
        var lines = Line.Read(corpus).Where(line => line.Reporter == reporter).ToArray();
        var bodies = new List<(string Json, string Fhir)>();
        foreach (var line in lines)
        {
            var submission = JsonNode.Parse(line.Body)!;
            submission["clientReference"] = Placeholder;
            bodies.Add((submission.ToJsonString(Json), await ResourceOfAsync(http, submission)));
        }
        Watched[] watched = [.. Bench.ListenersOf(data, port, ["gateway", "reporting"])];
        var (asJson, asFhir) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            var plain = await MeasureAsync(http, watched, "api/v1/deviations", "application/json", [.. bodies.Select(b => b.Json)]);
            var resource = await MeasureAsync(http, watched, "fhir/AdverseEvent", "application/fhir+json", [.. bodies.Select(b => b.Fhir)]);
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{plain:F0} and {resource:F0} µs"));
            // The first rounds are compiled in.
            if (round < Compiling) continue;
            asJson.Add(plain);
            asFhir.Add(resource);
        }
        var result = new FhirResult(Environment.ProcessorCount, (Rounds - Compiling) * ReportsInRound, asJson.Average(), asFhir.Average(),
            Math.Round(asFhir.Sum() / asJson.Sum(), 2));
        Console.WriteLine(json ? JsonSerializer.Serialize(result, Json) : string.Create(CultureInfo.InvariantCulture, $"""
            processor time of gateway and Reporting, µs a report
            as JSON{result.JsonMicroseconds,12:F0}
            as FHIR{result.FhirMicroseconds,12:F0}
            ratio  {result.Ratio,12:F2}   aim ≤ {Aim}

            {result.Cores} cores; {result.Reports} reports in each form, {Connections} at a time, in turns of {ReportsInRound}.
            """));
    }

    // What the server says of the report is how it would have been sent, but for what only the server may say. No report of the corpus has a patient.
    private static async Task<string> ResourceOfAsync(HttpClient http, JsonNode submission)
    {
        submission["clientReference"] = ReferenceOf(0);
        using var created = await http.PostAsync(new Uri("api/v1/deviations", UriKind.Relative), Body(submission.ToJsonString(Json), "application/json"));
        var id = JsonNode.Parse(await ReadAsync(created))!["id"];
        using var read = await http.GetAsync(new Uri($"fhir/AdverseEvent/{id}", UriKind.Relative));
        var resource = JsonNode.Parse(await ReadAsync(read))!.AsObject();
        foreach (var name in GivenBackOnly) resource.Remove(name);
        resource["extension"] = new JsonArray([.. resource["extension"]!.AsArray().Select(e => e!.DeepClone())
            .Where(e => !Array.Exists(ExtensionsGivenBackOnly, end => ((string)e["url"]!).EndsWith(end, StringComparison.Ordinal)))]);
        resource["identifier"]!["value"] = Placeholder;
        return resource.ToJsonString(Json);
    }

    private static async Task<double> MeasureAsync(HttpClient http, Watched[] watched, string path, string mediaType, string[] bodies)
    {
        var (sent, before) = (0, watched.Sum(p => Processes.Cpu(p).TotalMicroseconds));
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
        {
            for (int i; (i = Interlocked.Increment(ref sent)) <= ReportsInRound;)
            {
                using var answer = await http.PostAsync(new Uri(path, UriKind.Relative),
                    Body(bodies[i % bodies.Length].Replace(Placeholder, ReferenceOf(i), StringComparison.Ordinal), mediaType));
                await ReadAsync(answer);
            }
        }));
        return (watched.Sum(p => Processes.Cpu(p).TotalMicroseconds) - before) / ReportsInRound;
    }

    // Letters for digits: a run of eleven could be taken for somebody's number.
    private static string ReferenceOf(int i) => string.Concat($"{Guid.NewGuid():N}{i}".Select(c => c is >= '0' and <= '9' ? (char)(c + ('g' - '0')) : c));

    private static StringContent Body(string text, string mediaType) => new(text, Encoding.UTF8, mediaType);

    private static async Task<string> ReadAsync(HttpResponseMessage answer)
    {
        var body = await answer.Content.ReadAsStringAsync();
        return answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created ? body
            : throw new BenchException($"{answer.RequestMessage!.RequestUri} answered {(int)answer.StatusCode}: {body}");
    }
}
