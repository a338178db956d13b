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
        // It says so when every thread is attached; one may be killed before.
        var said = strace.StandardError.ReadLineAsync();
        await Eventually.IsTrue(() => Task.FromResult(said.IsCompleted || IsDead(pid)), Soon);
        if (!IsDead(pid)) Assert.True((await said)?.Contains("attached", StringComparison.Ordinal), $"strace: {await said}");
        await work(() => IsDead(pid));
        // It lets go of a process that runs. For one that it has killed it may wait without end, and nobody else is told of the death meanwhile.
        if (!IsDead(pid)) Process.Start("kill", ["-INT", strace.Id.ToString(CultureInfo.InvariantCulture)]).Dispose();
        await Eventually.IsTrue(() => Task.FromResult(strace.HasExited || IsDead(pid)), Soon);
        strace.Kill();
        await strace.WaitForExitAsync();
        if (!IsDead(pid)) return false;
        await Eventually.IsTrue(() => Task.FromResult(!File.Exists($"/proc/{pid}/stat")), Soon);
        return true;
    }

    /// <summary>Gone, or what is left until whoever traces it has been told.</summary>
    private static bool IsDead(int pid)
    {
        try { return File.ReadAllText($"/proc/{pid}/stat").Split(") ")[^1][0] is 'Z' or 'X'; }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or IOException) { return true; }
    }
}
