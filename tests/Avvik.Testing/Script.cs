using System.Diagnostics;

namespace Avvik.Testing;

public static class Script
{
    /// <summary>Runs a script of the repository and answers what it printed; fails with its own sentence.</summary>
    public static async Task<string> RunAsync(string script, params IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(RepositoryRoot.Path, script), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false
        })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? (await output).Trim() : throw new InvalidOperationException($"{script} failed: {(await errors).Trim()}");
    }
}
