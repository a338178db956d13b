using System.Collections.Concurrent;
using System.Net;
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

    /// <summary>A quarter of last year, frozen and then frozen again: two versions of it.</summary>
    public async Task<string> FrozenQuarterAsync()
    {
        var quarter = QuarterOf(DateTime.UtcNow.AddYears(-1));
        var client = await ClientAsync("secretariat-innlandet");
        await Eventually.IsTrue(async () =>
        {
            var versions = (await client.ListReportVersionsAsync("innlandet", quarter)).Items.Count;
            try
            {
                if (versions < 2)
                    await client.FreezeReportAsync("innlandet", quarter, versions == 0 ? null : "Meldinger som ble feilført, er rettet.");
            }
            // Refused until every service has said how far its events have come.
            catch (AvvikProblemException problem) when (problem.Status == HttpStatusCode.Conflict) { return false; }
            return versions == 2;
        }, TimeSpan.FromSeconds(90));
        return quarter;
    }

    public static string QuarterOf(DateTime day) => $"{day.Year}-Q{(day.Month + 2) / 3}";

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
