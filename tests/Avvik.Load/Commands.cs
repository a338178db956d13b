using System.Diagnostics;

namespace Avvik.Load;

/// <summary>What the folder compose can do.</summary>
internal static class Commands
{
    /// <summary>Runs one with this process's environment, which says where its system is; answers what it printed.</summary>
    public static async Task<string> RunAsync(string repository, string name, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(repository, "compose", name), arguments) { UseShellExecute = false, RedirectStandardOutput = true };
        using var command = Process.Start(start)!;
        var printed = await command.StandardOutput.ReadToEndAsync();
        await command.WaitForExitAsync();
        return command.ExitCode == 0 ? printed.Trim() : throw new BenchException($"compose/{name} {string.Join(' ', arguments)} failed.");
    }
}
