using System.Diagnostics;
using System.Globalization;
using Avvik.Testing;

namespace Avvik.System.Tests;

/// <summary>strace on a running process: the kernel kills it, with SIGKILL, as one of its threads enters a system call for the nth time.</summary>
internal static class KilledBySystemCall
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    /// <summary>True when it was killed; it is gone then. Else it runs on, and nothing traces it.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="calls">Names of system calls, with commas between.</param>
    /// <param name="nth">Counted from 1, for each thread and each of the calls.</param>
    /// <param name="work">What goes on meanwhile, until it is over or the process has been killed.</param>
    public static async Task<bool> DuringAsync(int pid, string calls, int nth, Func<Func<bool>, Task> work)
    {
        var start = new ProcessStartInfo("strace", ["-f", "-p", pid.ToString(CultureInfo.InvariantCulture), "-o", "/dev/null", "-e", $"trace={calls}",
            "-e", $"inject={calls}:signal=KILL:when={nth}"])
        {
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var strace = Process.Start(start)!;
        // It says so when every thread is attached.
        var said = await strace.StandardError.ReadLineAsync();
        Assert.True(said?.Contains("attached", StringComparison.Ordinal), $"strace: {said}");
        var rest = strace.StandardError.ReadToEndAsync();
        await work(() => IsDead(pid));
        var killed = IsDead(pid);
        // Of a process that runs it lets go by itself. For one that was killed it may wait without end, and no one else is told of the death meanwhile.
        if (killed) strace.Kill();
        else Process.Start("kill", ["-INT", strace.Id.ToString(CultureInfo.InvariantCulture)]).Dispose();
        await strace.WaitForExitAsync();
        await rest;
        if (killed) await Eventually.IsTrue(() => Task.FromResult(!File.Exists($"/proc/{pid}/stat")), Soon);
        return killed;
    }

    /// <summary>Gone, or what is left until whoever traces it has been told.</summary>
    private static bool IsDead(int pid)
    {
        try { return File.ReadAllText($"/proc/{pid}/stat").Split(") ")[^1][0] is 'Z' or 'X'; }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or IOException) { return true; }
    }
}
