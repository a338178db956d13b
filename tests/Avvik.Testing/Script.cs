using System.Diagnostics;

namespace Avvik.Testing;

public static class Script
{
    /// <summary>Runs a script of the repository and answers what it printed; fails with its own sentence.</summary>
    public static Task<string> RunAsync(string script, params IEnumerable<string> arguments) => RunAsync(script, [], arguments);

    /// <summary>With these variables in its environment.</summary>
    public static async Task<string> RunAsync(string script, Dictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(RepositoryRoot.Path, script), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? (await output).Trim()
            : throw new InvalidOperationException($"{script} failed: {string.Join('\n', (await errors).Trim(), (await output).Trim())}");
    }
}
