using System.Globalization;

namespace Avvik.Load;

/// <summary>A process the bench accounts for. With <see cref="Tree"/>, its descendants count too (the broker has helpers).</summary>
internal sealed record Watched(string Name, int Id, bool Tree);

/// <summary>What /proc knows about processes.</summary>
internal static class Processes
{
    // USER_HZ, what /proc counts in: 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>The process that listens on a local TCP port, or null. Found by port, so no pid file has to be trusted.</summary>
    public static int? ListenerOn(int port)
    {
        var address = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        var sockets = new[] { "/proc/net/tcp", "/proc/net/tcp6" }.Where(File.Exists).SelectMany(file => File.ReadLines(file).Skip(1))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(field => field[3] == "0A" && field[1].EndsWith(address, StringComparison.Ordinal))
            .Select(field => $"socket:[{field[9]}]").ToHashSet(StringComparer.Ordinal);
        return sockets.Count == 0 ? null : Ids().Select(id => (int?)id).FirstOrDefault(id => Holds(id!.Value, sockets));
    }

    /// <summary>CPU time used so far.</summary>
    public static TimeSpan Cpu(Watched process) => Seconds(Family(process).Sum(CpuTicks));

    /// <summary>Proportional set size: shared pages are divided among those who share them, so the sum over processes is right.</summary>
    public static long Memory(Watched process) => Family(process).Sum(id => BytesIn($"/proc/{id}/smaps_rollup", "Pss:"));

    /// <summary>From here on, <see cref="PeakMemory"/> is the most that is resident from now (proc_pid_clear_refs(5)).</summary>
    public static void ForgetPeak(Watched process) => File.WriteAllText($"/proc/{process.Id}/clear_refs", "5");

    /// <summary>The most that was resident.</summary>
    public static long PeakMemory(Watched process) => BytesIn($"/proc/{process.Id}/status", "VmHWM:");

    /// <summary>When a process started, as time since the machine did: comparable with /proc/uptime.</summary>
    public static TimeSpan Started(Watched process) => Seconds(Stat(process.Id) is { } stat ? stat[19] : 0);

    /// <summary>CPU time used by everything on the machine, and what its host gave to others.</summary>
    public static TimeSpan Machine()
    {
        var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8)
            .Select(field => long.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        return Seconds(ticks.Sum() - ticks[3] - ticks[4]);      // not idle, not waiting for a disk
    }

    private static IEnumerable<int> Family(Watched root)
    {
        if (!root.Tree) return [root.Id];
        var parents = Ids().Select(id => (Id: id, Stat: Stat(id))).Where(p => p.Stat is not null).ToLookup(p => (int)p.Stat![1], p => p.Id);
        return Descend(root.Id);
        IEnumerable<int> Descend(int id) => parents[id].SelectMany(Descend).Prepend(id);
    }

    // User and system time, own and of children that have ended.
    private static long CpuTicks(int id) => Stat(id) is { } stat ? stat[11] + stat[12] + stat[13] + stat[14] : 0;

    /// <summary>The fields after the name, which may itself hold blanks: [1] is the parent, [11..14] times, [19] the start.</summary>
    private static long[]? Stat(int id) => Lines($"/proc/{id}/stat") is [var line, ..]
        ? [.. line[(line.LastIndexOf(')') + 2)..].Split(' ').Select(field => long.TryParse(field, CultureInfo.InvariantCulture, out var n) ? n : 0)]
        : null;

    private static IEnumerable<int> Ids() => Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0).Where(id => id > 0).Order();

    private static bool Holds(int id, HashSet<string> sockets)
    {
        try { return new DirectoryInfo($"/proc/{id}/fd").EnumerateFileSystemInfos().Any(f => f.LinkTarget is { } target && sockets.Contains(target)); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return false; }      // gone meanwhile, or another user's
    }

    private static long BytesIn(string file, string name)
    {
        var found = Lines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return found is null ? 0 : 1024 * long.Parse(found.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    private static string[] Lines(string file)
    {
        try { return File.ReadAllLines(file); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return []; }
    }

    private static TimeSpan Seconds(long ticks) => TimeSpan.FromSeconds(ticks / TicksPerSecond);
}
