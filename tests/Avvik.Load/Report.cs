using System.Globalization;

namespace Avvik.Load;

/// <summary>The result as a table.</summary>
internal static class Report
{
    private const double AimPerSecond = 1000;
    private const double AimP99 = 300;
    private const double AimDetectors = 30;
    private const double AimRatio = 0.35;
    private const double Disturbing = 20;

    public static void Print(Result result, TextWriter to)
    {
        var (system, floor) = (result.System, result.Floor);
        Row("", "system", "floor", "aim");
        Rate("sustained, per second", s => s.Rate, $">= {AimPerSecond:F0}");
        Row("  share of the floor", Number(result.Ratio, "F2"), "1.00", $">= {AimRatio.ToString("F2", CultureInfo.InvariantCulture)}");
        Rate("  accepted (201), per second", s => s.Accepted);
        Rate("  in the worklist, per second", s => s.Worklist);
        Rate("  in statistics, per second", s => s.Statistics);
        Rate("  asked to wait (429, 503)", s => s.Throttled);
        Rate("  failed and sent again", s => s.Failed);
        Rate("  not yet visible at the end", s => s.Backlog);
        Rate("  seconds until they were", s => s.DrainSeconds, format: "F1");
        Rate("  never visible", s => s.NeverVisible);
        Pace("at half of that, per second", p => p.Offered, "F0");
        Quantile("  answered, ms p50 / p99", p => p.Post, $"p99 < {AimP99:F0}");
        Quantile("  in the worklist, ms p50 / p99", p => p.Worklist, $"p99 < {AimP99:F0}");
        Quantile("  in statistics, ms p50 / p99", p => p.Statistics, $"p99 < {AimP99:F0}");
        Pace("  waits, failures, never visible", p => p.Throttled + p.Failed + p.NeverVisible, "F0");
        Row("CPU, microseconds per deviation", Cpu(system), Cpu(floor));
        foreach (var name in (system ?? floor).Sustained.Processes.Select(p => p.Process))
            Row($"  {name}", Of(system, name, p => p.MicrosecondsPerDeviation), Of(floor, name, p => p.MicrosecondsPerDeviation));
        Row("  of it in identity detectors, a text", Number(result.DetectorMicroseconds, "F1"), "", $"< {AimDetectors:F0}");
        Row("  in signatures of events, %", Number(result.SignaturePercent, "F2"), "", "< 5");
        Rate("  others and host, % of a core", s => s.OthersCpuPercent);
        Row("memory (PSS), MiB", Memory(system), Memory(floor));
        foreach (var name in (system ?? floor).Sustained.Processes.Select(p => p.Process))
            Row($"  {name}", Of(system, name, p => p.MemoryMiB), Of(floor, name, p => p.MemoryMiB));
        if (result.StartUp is { } start) Row("start-up, s: broker + services", $"{Number(start.Broker, "F1")} + {Number(start.Services, "F1")}");
        to.WriteLine();
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Cores} cores with broker and load beside; {result.Connections} connections, ")
            + string.Create(CultureInfo.InvariantCulture, $"{result.WarmUpSeconds:F0} s to warm up, {floor.Sustained.Seconds:F0} s counted."));
        if (new[] { system, floor }.Any(m => m?.Sustained.OthersCpuPercent > Disturbing))
            to.WriteLine("Others used the machine too: rates are too low, and the share compares one disturbance with another. Run it again when it is quiet.");
        if (system is { LinesLeftOut: > 0 })
            to.WriteLine($"{system.LinesLeftOut} of {system.LinesSent + system.LinesLeftOut} lines of the corpus wait for a coordinator and were left out.");
        if (result.Seen is { } seen)
            to.WriteLine(seen.Problem is null
                ? $"Through the gateway, of {seen.Sample} sent: the worklist showed {seen.Worklist}, statistics counted {seen.Statistics} more."
                : $"What the gateway shows could not be compared: {seen.Problem}.");

        void Row(string what, string of, string ofFloor = "", string aim = "") => to.WriteLine($"{what,-34}{of,18}{ofFloor,18}   {aim}".TrimEnd());
        void Rate(string what, Func<Sustained, double> value, string aim = "", string format = "F0") =>
            Row(what, Number(system is null ? null : value(system.Sustained), format), Number(value(floor.Sustained), format), aim);
        void Pace(string what, Func<Paced, double> value, string format) =>
            Row(what, Number(system is null ? null : value(system.Paced), format), Number(value(floor.Paced), format));
        void Quantile(string what, Func<Paced, Latency> value, string aim) =>
            Row(what, system is null ? "" : Pair(value(system.Paced)), Pair(value(floor.Paced)), aim);
    }

    private static string Cpu(Measured? measured) => Number(measured?.Sustained.Processes.Sum(p => p.MicrosecondsPerDeviation), "F0");

    private static string Memory(Measured? measured) => Number(measured?.Sustained.Processes.Sum(p => p.MemoryMiB), "F0");

    private static string Of(Measured? measured, string process, Func<Usage, double> value) =>
        Number(measured?.Sustained.Processes.Where(p => p.Process == process).Select(p => (double?)value(p)).FirstOrDefault(), "F0");

    private static string Pair(Latency latency) => $"{Number(latency.P50, "F1")} / {Number(latency.P99, "F1")}";

    private static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";
}
