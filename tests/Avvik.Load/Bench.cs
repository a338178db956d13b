using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Avvik.IdentityDetection;

namespace Avvik.Load;

/// <summary>Something without which there is nothing to measure; the message says it all.</summary>
internal sealed class BenchException(string message) : Exception(message);

internal sealed record BenchOptions(string Repository, string Corpus, string Data, string Broker, int Port, TimeSpan Counted, bool FloorOnly, bool Json,
    TimeSpan BrokerFrom, TimeSpan BrokerTo, TimeSpan UpTo)
{
    /// <summary>NAME=VALUE words, as tests/bench writes them.</summary>
    public static BenchOptions Read(string[] args)
    {
        var given = args.Select(arg => arg.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        double Number(string name) => double.Parse(given[name], CultureInfo.InvariantCulture);
        return new(given["repository"], given["corpus"], given["data"], given["broker"], (int)Number("port"), TimeSpan.FromSeconds(Number("seconds")),
            given["floor-only"] == "yes", given["json"] == "yes", TimeSpan.FromSeconds(Number("broker-from")), TimeSpan.FromSeconds(Number("broker-to")),
            TimeSpan.FromSeconds(Number("up-to")));
    }
}

/// <summary>Seconds until the broker answered, and from the first service's start until the last was ready. Without the build.</summary>
internal sealed record StartUp(double Broker, double Services);

internal sealed record Measured(int LinesSent, int LinesLeftOut, Sustained Sustained, Paced Paced);

internal sealed record Result(int Cores, double WarmUpSeconds, int Connections, StartUp? StartUp, Measured? System, Seen? Seen, Measured Floor,
    double DetectorMicroseconds, double? SignaturePercent)
{
    /// <summary>The system's sustained rate as a share of what the machine can do.</summary>
    public double? Ratio => System?.Sustained.Rate / Floor.Sustained.Rate;
}

internal static class Bench
{
    private const int Connections = 64;
    // In the first three quarters of a minute under load, compiling takes up to a third of a process's time.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan PacedFor = TimeSpan.FromSeconds(20);
    private static readonly string[] InTheChain = ["gateway", "reporting", "triage", "routing", "statistics"];
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,      // a quantile of nothing
    };

    public static async Task RunAsync(BenchOptions options)
    {
        var corpus = Line.Read(options.Corpus);
        var (startUp, system, seen, signatures) = options.FloorOnly ? default : await MeasureSystemAsync(options, corpus);
        var result = new Result(Environment.ProcessorCount, WarmUp.TotalSeconds, Connections, startUp, system, seen, await MeasureFloorAsync(options, corpus),
            MeasureDetectors(options.Corpus), signatures);
        if (options.Json) await Console.Out.WriteLineAsync(JsonSerializer.Serialize(result, Json));
        else Report.Print(result, Console.Out);
    }

    private static async Task<(StartUp, Measured, Seen, double?)> MeasureSystemAsync(BenchOptions options, Line[] corpus)
    {
        var processes = SystemProcesses(options).ToArray();
        Say("Fetching tokens");
        using var gateway = new GatewayCheck(options.Repository, options.Port);
        var tokens = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var organization in corpus.Select(line => line.Reporter).Distinct(StringComparer.Ordinal))
            tokens[organization] = await gateway.TokenAsync(organization, "client");
        var requests = corpus.Select(line => line.Request(options.Port, tokens[line.Reporter])).ToArray();
        var target = new Target(options.Port, requests, Path.Combine(options.Data, "db"), processes);
        using var load = new LoadGenerator(target);

        // A line that waits for a coordinator never becomes visible by itself. Twice, as what is sent again may be judged otherwise.
        Say("Trying each line of the corpus");
        var lines = Enumerable.Range(0, corpus.Length).ToArray();
        for (var round = 0; round < 2; round++) lines = [.. (await load.ProbeAsync(lines)).Select(visible => visible.Line)];
        if (lines.Length == 0) throw new BenchException("No line of the corpus reached both the worklist and the statistics by itself.");
        var before = await SignaturesAsync(options, processes);
        var measured = await MeasureAsync(load, "the system", options, lines, corpus.Length - lines.Length);
        var after = await SignaturesAsync(options, processes);
        Say("Looking through the gateway");
        var (started, seen) = (Started(options, processes), await gateway.LookAsync(load, corpus, lines));
        // The floor has the machine to itself, as the system had; the broker is not compose/up's and stays.
        await Commands.RunAsync(options.Repository, "down");
        return (started, measured, seen, Math.Round(100 * (after.Signatures - before.Signatures) / (after.Cpu - before.Cpu), 2));
    }

    /// <summary>
    /// Seconds that the services have spent signing and verifying events, as they count them themselves, and processor time of all in the chain. What a thread
    /// waits for a core counts as signing, so the share is rather too high.
    /// </summary>
    private static async Task<(double Signatures, double Cpu)> SignaturesAsync(BenchOptions options, IReadOnlyList<Watched> processes)
    {
        using var http = new HttpClient();
        var seconds = 0.0;
        foreach (var port in File.ReadLines(Path.Combine(options.Data, "ports")).Select(line => line.Split('='))
            .Where(p => p[0].EndsWith("-metrics", StringComparison.Ordinal)))
            seconds += (await http.GetStringAsync(new Uri($"http://localhost:{port[1]}/metrics"))).Split('\n')
                .Where(line => line.StartsWith("signatures_duration", StringComparison.Ordinal))
                .Sum(line => double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture));
        return (seconds, processes.Where(p => InTheChain.Contains(p.Name, StringComparer.Ordinal)).Sum(p => Processes.Cpu(p).TotalSeconds));
    }

    private static async Task<Measured> MeasureFloorAsync(BenchOptions options, Line[] corpus)
    {
        var folder = Directory.CreateDirectory(Path.Combine(options.Data, "floor")).FullName;
        await using var floor = await Floor.StartAsync(folder, options.Broker, options.Port);
        var requests = corpus.Select(line => line.Request(options.Port, "floor")).ToArray();
        var target = new Target(options.Port, requests, folder, [.. floor.Processes, .. Beside(options)]);
        using var load = new LoadGenerator(target);
        return await MeasureAsync(load, "the floor", options, [.. Enumerable.Range(0, corpus.Length)], 0);
    }

    private static async Task<Measured> MeasureAsync(LoadGenerator load, string what, BenchOptions options, int[] lines, int leftOut)
    {
        Say($"Loading {what}: {WarmUp.TotalSeconds} s to warm up, {options.Counted.TotalSeconds} s counted");
        var sustained = await load.SustainAsync(lines, Connections, WarmUp, options.Counted);
        Say($"{sustained.Rate:F0}/s sustained; now {PacedFor.TotalSeconds} s at half of it");
        return new(lines.Length, leftOut, sustained, await load.PaceAsync(lines, sustained.Rate / 2, PacedFor));
    }

    /// <summary>Both identity detectors on a narrative: what each of a submission's texts costs Reporting.</summary>
    private static double MeasureDetectors(string corpus)
    {
        string[] narratives = [.. File.ReadLines(corpus)
            .Select(line => JsonElement.Parse(line).GetProperty("submission").GetProperty("narrative").GetString()!)];
        // The best of many: the rest is what else the machine did.
        return Math.Round(Enumerable.Range(0, 200).Min(_ =>
        {
            var started = Stopwatch.GetTimestamp();
            foreach (var narrative in narratives)
            {
                IdentityDetector.Find(narrative);
                IdentityDetector.FindPossible(narrative);
            }
            return Stopwatch.GetElapsedTime(started).TotalMicroseconds / narratives.Length;
        }), 1);
    }

    private static IEnumerable<Watched> SystemProcesses(BenchOptions options) =>
        ListenersOf(options.Data, options.Port, InTheChain).Concat(Beside(options));

    /// <summary>Processes that compose/up started here, by the ports it wrote down.</summary>
    public static IEnumerable<Watched> ListenersOf(string data, int port, IEnumerable<string> names)
    {
        var ports = File.ReadLines(Path.Combine(data, "ports")).Append($"gateway={port}").Select(line => line.Split('='))
            .ToLookup(pair => pair[0], pair => int.Parse(pair[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);
        foreach (var name in names)
        {
            var id = ports[name].Select(Processes.ListenerOn).FirstOrDefault();
            yield return new(name, id ?? throw new BenchException($"{name} does not listen where it should."), Tree: false);
        }
    }

    /// <summary>The broker, when it runs on this machine, and this process.</summary>
    private static IEnumerable<Watched> Beside(BenchOptions options)
    {
        if (Processes.ListenerOn(new Uri(options.Broker).Port) is { } broker) yield return new("broker", broker, Tree: true);
        yield return new("load", Environment.ProcessId, Tree: false);
    }

    private static StartUp Started(BenchOptions options, IEnumerable<Watched> processes) => new((options.BrokerTo - options.BrokerFrom).TotalSeconds,
        (options.UpTo - processes.Where(p => InTheChain.Contains(p.Name, StringComparer.Ordinal)).Min(Processes.Started)).TotalSeconds);

    private static void Say(string what) => Console.Error.WriteLine(what);
}
