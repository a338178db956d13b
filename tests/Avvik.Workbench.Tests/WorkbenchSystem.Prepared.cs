using System.Collections.Concurrent;
using Avvik.Client;
using Avvik.Testing;

namespace Avvik.Workbench.Tests;

/// <summary>What many tests begin with, made once.</summary>
public sealed partial class WorkbenchSystem
{
    private readonly ConcurrentDictionary<string, Task<string>> _signedIn = new(StringComparer.Ordinal);
    private Task<Deviation>? _started;

    /// <summary>A browser of its own with a session that the persona shares with other tests: signing in again for each page would take a minute.</summary>
    public async Task<Visit> ReturnAsync(string persona, VisitOptions? options = null)
    {
        var cookies = await _signedIn.GetOrAdd(persona, async name =>
        {
            await using var visit = await SignInAsync(name);
            return await visit.Page.Context.StorageStateAsync();
        });
        return await OpenAsync(options, cookies);
    }

    /// <summary>A case that its unit works with; tests that change it make one of their own.</summary>
    public Task<Deviation> StartedCaseAsync() => _started ??= MakeStartedCaseAsync();

    /// <summary>Returns when the reporter's page shows what the other party did.</summary>
    public async Task ReporterSeesAsync(Guid id, string state)
    {
        var reporter = await ClientAsync("nurse-hamar");
        await Eventually.IsTrue(async () => (await reporter.GetDeviationAsync(id)).State == state, TimeSpan.FromSeconds(30));
    }

    private async Task<Deviation> MakeStartedCaseAsync()
    {
        var deviation = await ReportAsync();
        await StartAsync(deviation.Id);
        return deviation;
    }
}
