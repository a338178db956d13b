using Avvik.Testing;

namespace Avvik.System.Tests;

/// <summary>
/// Statistics has lost its database, and gets all that it counted from those who own it. In a system of its own: its access log is lost, too, which an audit
/// of the shared one would rightly report.
/// </summary>
public sealed class Rebuild_facts_tests(RunningSystem system) : IClassFixture<RunningSystem>
{
    private const string ØstreToten = "964949859";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    // A line for each fact: every column, in the order they have.
    private Task<List<string>> FactsAsync() => system.QueryAsync("statistics",
        "select * from facts f where f.municipality = '3442' order by f.deviation_id",
        r => string.Join('|', Enumerable.Range(0, r.FieldCount).Select(i => $"{r.GetName(i)}={r.GetValue(i)}")));

    [Fact]
    public async Task Rebuild_facts_restores_a_lost_database()
    {
        var reporter = await system.ClientAsync(ØstreToten, "client");
        var (line, coordinator) = (Corpus.Lines[0], await system.ClientAsync("983971709", "coordinator"));
        var ids = new List<Guid>();
        for (var n = 0; n < 30; n++)
            ids.Add((await reporter.SubmitAsync(line.Submission.Fresh() with
            {
                Category = n % 3 == 0 ? null : line.Category,
                Narrative = n % 3 == 0 ? "Noe gikk ikke som det skulle." : line.Submission.Narrative
            })).Id);
        // What goes on by itself is counted in Routing's words, what waits in Triage's.
        await Eventually.IsTrue(async () =>
            await system.CountAsync("statistics", "select count(*) from facts where municipality = '3442' and state = 'routed'") >= 20, Soon);
        await coordinator.ActAsync(ids[1], 3, "acknowledge");
        await Eventually.IsTrue(async () => await system.CountAsync("statistics",
            "select count(*) from facts where municipality = '3442' and (state = 'acknowledged' or state = 'triage')") >= 11, Soon);
        var before = await FactsAsync();
        Assert.True(before.Count >= 30, $"{before.Count} facts");

        await system.KillAsync("statistics");
        foreach (var file in global::System.IO.Directory.EnumerateFiles(Path.Combine(system.Data, "db"), "statistics.db*")) File.Delete(file);
        await system.UpAsync();
        Assert.Empty(await FactsAsync());

        var printed = await Script.RunAsync("compose/rebuild-facts");

        Assert.Contains("facts rebuilt; there were", printed, StringComparison.Ordinal);
        Assert.Equal(before, await FactsAsync());
        // And once more, where none is missing.
        Assert.EndsWith("none has changed", await Script.RunAsync("compose/rebuild-facts"), StringComparison.Ordinal);
    }
}
