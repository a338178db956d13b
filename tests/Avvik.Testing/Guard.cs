using System.Diagnostics;

namespace Avvik.Testing;

/// <summary>
/// Cleans up when disposed, or when this process ends, however it ends: a shell waits until the pipe to it closes, which even SIGKILL brings about.
/// </summary>
internal sealed class Guard : IDisposable
{
    // Not to be collected, or the pipe would close with it.
    private static readonly HashSet<Guard> Standing = [];
    private readonly Process _shell;

    public Guard(string whenOver, params IEnumerable<string> arguments)
    {
        // In a session of its own: neither Ctrl-C nor whoever kills the test process's children reaches it.
        _shell = Process.Start(new ProcessStartInfo("setsid", ["--fork", "bash", "-c", $"exec >/dev/null 2>&1; cat; {whenOver}", "guard",
            .. arguments])
        { RedirectStandardInput = true, UseShellExecute = false })!;
        lock (Standing) Standing.Add(this);
    }

    public void Dispose()
    {
        lock (Standing) Standing.Remove(this);
        _shell.Dispose();
    }
}
