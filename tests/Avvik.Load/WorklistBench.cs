using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Load;

/// <param name="Rows">On the page.</param>
/// <param name="P50">Milliseconds.</param>
/// <param name="P95">Milliseconds.</param>
internal sealed record Asked(string Question, int Rows, double P50, double P95);

internal sealed record WorklistOn(string Engine, double LoadSeconds, IReadOnlyList<Asked> Questions);

internal sealed record WorklistResult(int Cores, int Cases, IReadOnlyList<WorklistOn> Engines);

/// <summary>How soon the worklist answers when there is much in it: the service as it runs, asked one question at a time.</summary>
internal static class WorklistBench
{
    private const string Trust = "983971709", Unit = "si-elverum-hamar", Municipality = "970540008";
    private const int WarmUp = 20, Counted = 100;
    private const double AimP50 = 50;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static async Task RunAsync(string corpus, int cases, bool json)
    {
        var engines = new List<WorklistOn>();
        foreach (var provider in Enum.GetValues<DatabaseProvider>()) engines.Add(await MeasureAsync(provider, corpus, cases));
        var result = new WorklistResult(Environment.ProcessorCount, cases, engines);
        if (json) await Console.Out.WriteLineAsync(JsonSerializer.Serialize(result, Json));
        else Print(result, Console.Out);
    }

    private static async Task<WorklistOn> MeasureAsync(DatabaseProvider provider, string corpus, int cases)
    {
        await using var database = await Databases.CreateAsync(provider);
        using var gateway = new GatewayKey("routing");
        await using var service = new ServiceProcess("Avvik.Routing",
            new Dictionary<string, string>(database.Settings.Concat(EventKeys.SettingsOf("routing")), StringComparer.Ordinal)
            {
                ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{ServiceProcess.FreePort()}",
                ["InternalToken:PublicKeyFile"] = gateway.PublicKeyFile,
                ["TextProtection:ActiveKey"] = "k1",
                ["TextProtection:Keys:k1"] = TestKeys.Of("TextProtection"),
                // Nobody listens: a worklist needs no broker.
                ["RabbitMq:Uri"] = "amqp://nobody:nothing@127.0.0.1:1/",
            });
        await service.StartAsync();
        await Console.Error.WriteLineAsync($"{provider}: {cases} cases");
        var started = Stopwatch.GetTimestamp();
        WordCounts words;
        await using (var connection = await database.OpenAsync())
            words = await ManyCases.LoadAsync(connection, corpus, cases, Trust, TestKeys.Of("TextProtection"));
        var loaded = Stopwatch.GetElapsedTime(started).TotalSeconds;

        HttpClient As(string organization, string role, string? unit = null)
        {
            var http = new HttpClient { BaseAddress = service.Address };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", gateway.Token(organization, [role], unit));
            return http;
        }
        using var handler = As(Trust, Roles.Handler, Unit);
        using var coordinator = As(Trust, Roles.Coordinator);
        using var municipality = As(Municipality, Roles.Coordinator);
        var next = (await PageAsync(coordinator, "")).Next;
        // Of the trust's own: about ten, a twentieth and a fifth of its cases have them, and the one that most have.
        var (rare, medium, common, most) = (words.With(10), words.With(words.Cases / 20), words.With(words.Cases / 5), words.Most);
        var questions = new List<Asked>();
        foreach (var (question, who, query) in new (string, HttpClient, string)[]
        {
            ("handler: own unit", handler, $"unit={Unit}"),
            ("coordinator of the trust", coordinator, ""),
            ("  second page", coordinator, $"cursor={next}"),
            ("  newest first", coordinator, "sort=-receivedAt"),
            ("  worst harm first", coordinator, "sort=-actualHarm"),
            ("  closed", coordinator, "state=closed"),
            ("municipality", municipality, ""),
            ($"search, rare word ({words.Count(rare)} of {words.Cases})", coordinator, $"q={Uri.EscapeDataString(rare)}"),
            ($"  medium ({words.Count(medium)})", coordinator, $"q={Uri.EscapeDataString(medium)}"),
            ($"  common ({words.Count(common)})", coordinator, $"q={Uri.EscapeDataString(common)}"),
            ($"  very common ({words.Count(most)})", coordinator, $"q={Uri.EscapeDataString(most)}"),
            ("  two words", coordinator, $"q={Uri.EscapeDataString($"{common} {most}")}"),
            ("  open, own unit, very common", handler, $"unit={Unit}&state=inProgress&q={Uri.EscapeDataString(most)}"),
            ("  a reference", coordinator, "q=AVV-2026-000123"),
            ("  part of a reference", coordinator, "q=AVV-2026-0001"),
            ("  municipality, very common", municipality, $"q={Uri.EscapeDataString(most)}"),
        }) questions.Add(await AskAsync(question, who, query));
        return new(provider.ToString(), loaded, questions);
    }

    private static async Task<Asked> AskAsync(string question, HttpClient http, string query)
    {
        var (rows, times) = (0, new List<double>(Counted));
        for (var i = 0; i < WarmUp + Counted; i++)
        {
            var started = Stopwatch.GetTimestamp();
            (rows, _) = await PageAsync(http, query);
            if (i >= WarmUp) times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        times.Sort();
        var asked = new Asked(question, rows, Math.Round(times[Counted / 2], 2), Math.Round(times[Counted * 95 / 100], 2));
        await Console.Error.WriteLineAsync($"  {question.Trim()}: {Pair(asked)}");
        return asked;
    }

    private static async Task<(int Rows, string? Next)> PageAsync(HttpClient http, string query)
    {
        using var answer = await http.GetAsync(new Uri($"/api/v1/cases?{query}", UriKind.Relative));
        if (!answer.IsSuccessStatusCode) throw new BenchException($"The worklist answered {(int)answer.StatusCode} to {query}.");
        using var page = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync());
        return (page.RootElement.GetProperty("items").GetArrayLength(), page.RootElement.GetProperty("nextCursor").GetString());
    }

    private static void Print(WorklistResult result, TextWriter to)
    {
        to.WriteLine($"{$"{result.Cases} cases, ms p50 / p95",-46}{string.Concat(result.Engines.Select(e => $"{e.Engine,18}"))}   aim");
        foreach (var (index, asked) in result.Engines[0].Questions.Index())
        {
            var latencies = string.Concat(result.Engines.Select(e => $"{Pair(e.Questions[index]),18}"));
            to.WriteLine($"{asked.Question,-46}{latencies}   p50 < {AimP50.ToString("F0", CultureInfo.InvariantCulture)}");
        }
        to.WriteLine($"{"loaded in, s",-46}{string.Concat(result.Engines.Select(e => $"{e.LoadSeconds.ToString("F0", CultureInfo.InvariantCulture),18}"))}");
        to.WriteLine();
        to.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{result.Cores} cores; {WarmUp} queries to warm up, {Counted} counted, one at a time; half of the cases are the trust's, three in ten are open."));
    }

    private static string Pair(Asked asked) => string.Create(CultureInfo.InvariantCulture, $"{asked.P50:F1} / {asked.P95:F1}");
}
