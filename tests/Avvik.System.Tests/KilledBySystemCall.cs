using System.Diagnostics;
using System.Globalization;

namespace Avvik.System.Tests;

/// <summary>strace on a running process: the kernel kills it, with SIGKILL, as one of its threads enters a system call for the nth time.</summary>
internal sealed class KilledBySystemCall : IAsyncDisposable
{
    private readonly Process _strace;
    private readonly Process _watched;

    private KilledBySystemCall(Process strace, Process watched) => (_strace, _watched) = (strace, watched);

    public bool HasKilled => _watched.HasExited;

    /// <param name="pid">The process.</param>
    /// <param name="calls">Names of system calls, with commas between.</param>
    /// <param name="nth">Counted from 1, for each thread and each of the calls.</param>
    public static async Task<KilledBySystemCall> AttachAsync(int pid, string calls, int nth)
    {
        var start = new ProcessStartInfo("strace", ["-f", "-p", pid.ToString(CultureInfo.InvariantCulture), "-o", "/dev/null", "-e", $"trace={calls}",
            "-e", $"inject={calls}:signal=KILL:when={nth}"])
        {
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        var killed = new KilledBySystemCall(Process.Start(start)!, Process.GetProcessById(pid));
        // It says so when every thread is attached.
        var said = await killed._strace.StandardError.ReadLineAsync();
        Assert.True(said?.Contains("attached", StringComparison.Ordinal), $"strace: {said}");
        _ = killed._strace.StandardError.ReadToEndAsync();
        return killed;
    }

    /// <summary>Lets go of a process that came through.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_strace.HasExited) Process.Start("kill", ["-INT", _strace.Id.ToString(CultureInfo.InvariantCulture)]).Dispose();
        await _strace.WaitForExitAsync();
        _strace.Dispose();
        _watched.Dispose();
    }
}
