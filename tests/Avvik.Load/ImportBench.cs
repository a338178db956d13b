using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Avvik.Load;

/// <param name="Lines">Reports in the request.</param>
/// <param name="WasCut">Its first sending was broken off when half of them had been accepted.</param>
/// <param name="Accepted">Reports a second, of all sendings.</param>
/// <param name="Again">Lines a second when every line is sent again and was accepted earlier.</param>
/// <param name="CasesSeconds">From the first line sent until every report was a case.</param>
/// <param name="PeakMebibytes">The most that Reporting had resident meanwhile.</param>
internal sealed record Imported(int Lines, bool WasCut, double Accepted, double Again, double CasesSeconds, double PeakMebibytes);

internal sealed record ImportResult(int Cores, double IdleMebibytes, IReadOnlyList<Imported> Imports);

/// <summary>Many reports in one request: the whole system as <c>compose/up</c> starts it. Each line is to be exactly one case, and memory flat.</summary>
internal static class ImportBench
{
    private const int Fewer = 10;
    private const double Mebibyte = 1 << 20;
    private static readonly TimeSpan GiveUp = TimeSpan.FromMinutes(2), Glance = TimeSpan.FromMilliseconds(200);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private static long _number;

    public static async Task RunAsync(string repository, string corpus, int lines, bool json, string data, int port)
    {
        using var gateway = new GatewayCheck(repository, port);
        var reporter = Line.Read(corpus).CountBy(line => line.Reporter).MaxBy(pair => pair.Value).Key;
        var token = await gateway.TokenAsync(reporter, "client");
        var all = Line.Read(corpus).Where(line => line.Reporter == reporter).ToArray();
        var databases = Path.Combine(data, "db");
        // A report that waits for a coordinator becomes no case by itself.
        Line[] sent;
        using (var load = new LoadGenerator(new(port, [.. all.Select(line => line.Request(port, token))], databases, [])))
            sent = [.. (await load.ProbeAsync(Enumerable.Range(0, all.Length))).Select(visible => all[visible.Line])];
        if (sent.Length == 0) throw new BenchException("No line of the corpus became a case by itself.");
        _number = all.Length + 1;

        using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}/"), Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var reporting = Bench.ListenersOf(data, port, ["reporting"]).Single();
        var idle = Processes.Memory(reporting) / Mebibyte;
        var imports = new List<Imported>();
        foreach (var (count, isCut) in new[] { (lines / Fewer, false), (lines, true) })
        {
            Processes.ForgetPeak(reporting);
            imports.Add(await ImportAsync(http, sent, count, isCut, databases) with { PeakMebibytes = Processes.PeakMemory(reporting) / Mebibyte });
            await Console.Error.WriteLineAsync(JsonSerializer.Serialize(imports[^1], Json));
        }
        var result = new ImportResult(Environment.ProcessorCount, idle, imports);
        Console.WriteLine(json ? JsonSerializer.Serialize(result, Json) : string.Create(CultureInfo.InvariantCulture, $"""
            {"lines",10}{"accepted/s",12}{"again/s",12}{"all cases, s",14}{"peak, MiB",12}
            {string.Join('\n', imports.Select(RowOf))}

            {result.Cores} cores; Reporting before, {result.IdleMebibytes:F0} MiB; each line was exactly one case.
            """));
    }

    private static string RowOf(Imported i)
    {
        var cut = i.WasCut ? "   cut off in the middle and sent again" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{i.Lines,10}{i.Accepted,12:F0}{i.Again,12:F0}{i.CasesSeconds,14:F0}{i.PeakMebibytes,12:F0}{cut}");
    }

    private static async Task<Imported> ImportAsync(HttpClient http, Line[] corpus, int count, bool isCut, string databases)
    {
        using var visible = new Visible(databases);
        using var reporting = new SqliteConnection($"Data Source={Path.Combine(databases, "reporting.db")};Mode=ReadOnly;Pooling=False");
        await reporting.OpenAsync();
        visible.Forget();
        var (first, before, started) = (_number, await StoredAsync(), Stopwatch.GetTimestamp());
        _number += count;
        if (isCut)
        {
            using var cut = new CancellationTokenSource();
            var sending = SendAsync(http, corpus, first, count, cut.Token);
            while (!sending.IsCompleted && await StoredAsync() - before < count / 2) await Task.Delay(Glance);
            await cut.CancelAsync();
            try
            {
                await sending;
                throw new BenchException("The import was over before it could be cut off.");
            }
            catch (OperationCanceledException) { }
        }
        var answers = await SendAsync(http, corpus, first, count, CancellationToken.None);
        var accepted = count / Stopwatch.GetElapsedTime(started).TotalSeconds;
        if (isCut != answers.Exists(a => a.Status == HttpStatusCode.OK)) throw new BenchException("What was sent twice is not what was to be.");
        var ids = answers.Select(a => a.Id).ToHashSet();
        if (ids.Count != count || await StoredAsync() - before != count) throw new BenchException($"{count} lines became {ids.Count} reports.");

        var left = await LoadGenerator.UntilAsync(() =>
        {
            visible.Look();
            return count - visible.InWorklist.Count;
        }, GiveUp, Glance);
        if (left > 0) throw new BenchException($"{count} lines became {count - left} cases.");
        var cases = Stopwatch.GetElapsedTime(started).TotalSeconds;
        started = Stopwatch.GetTimestamp();
        var again = await SendAsync(http, corpus, first, count, CancellationToken.None);
        var rate = count / Stopwatch.GetElapsedTime(started).TotalSeconds;
        if (again.Exists(a => a.Status != HttpStatusCode.OK) || !ids.SetEquals(again.Select(a => a.Id))) throw new BenchException("Sent again, a line is new.");
        visible.Look();
        if (!ids.SetEquals(visible.InWorklist.Keys)) throw new BenchException($"{count} lines became {visible.InWorklist.Count} cases.");
        return new(count, isCut, accepted, rate, cases, 0);

        async Task<long> StoredAsync()
        {
            await using var command = reporting.CreateCommand();
            command.CommandText = "select count(*) from deviations";
            return (long)(await command.ExecuteScalarAsync())!;
        }
    }

    private static async Task<List<(HttpStatusCode Status, Guid Id)>> SendAsync(HttpClient http, Line[] corpus, long first, int count, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/deviations/import") { Content = new Lines(corpus, first, count, ct) };
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        var answers = new List<(HttpStatusCode, Guid)>(count);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(ct));
        if (answer.StatusCode != HttpStatusCode.OK)
            throw new BenchException($"The import was answered {(int)answer.StatusCode}: {await reader.ReadToEndAsync(ct)}");
        while (await reader.ReadLineAsync(ct) is { } text)
        {
            using var line = JsonDocument.Parse(text);
            if (!line.RootElement.TryGetProperty("id", out var id)) throw new BenchException($"A line was refused: {text}");
            answers.Add(((HttpStatusCode)line.RootElement.GetProperty("status").GetInt32(), id.GetGuid()));
        }
        return answers;
    }

    /// <summary>The corpus again and again, each line with a reference of its own, written as fast as they are read.</summary>
    private sealed class Lines : HttpContent
    {
        private readonly Line[] _corpus;
        private readonly long _first;
        private readonly int _count;
        private readonly CancellationToken _ct;

        public Lines(Line[] corpus, long first, int count, CancellationToken ct)
        {
            (_corpus, _first, _count, _ct) = (corpus, first, count, ct);
            Headers.ContentType = new("application/x-ndjson");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            byte[][] texts = [.. _corpus.Select(line => (byte[])[.. line.Body, (byte)'\n'])];
            int[] places = [.. texts.Select(text => Line.ReferenceIn(text))];
            for (var i = 0; i < _count; i++)
            {
                var at = i % texts.Length;
                Line.Refer(texts[at].AsSpan(places[at], Line.ReferenceLength), _first + i);
                await stream.WriteAsync(texts[at], _ct);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
