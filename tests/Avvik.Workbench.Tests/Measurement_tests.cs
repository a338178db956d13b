namespace Avvik.Workbench.Tests;

/// <summary>What the worklist's page makes a phone fetch; <c>tests/bench --workbench</c> measures how long that takes, with 200,000 cases.</summary>
[Collection(nameof(WorkbenchSystem))]
public sealed class Measurement_tests(WorkbenchSystem system)
{
    private const int RowsOfAPage = 50;

    [Fact]
    public async Task Full_worklist_page_is_at_most_150_kB_and_waits_only_for_its_styles()
    {
        await Task.WhenAll(Enumerable.Range(0, RowsOfAPage).Select(_ => system.ReportAsync()));
        await using var visit = await system.ReturnAsync("coordinator-si", new(Width: 390, Height: 844));
        await visit.GoAsync("/worklist");
        Assert.Equal(RowsOfAPage, await visit.Page.Locator(".case-list tbody tr").CountAsync());
        var page = await visit.Page.EvaluateAsync<PageWeight>("""
            () => {
                const page = performance.getEntriesByType('navigation')[0], parts = performance.getEntriesByType('resource');
                return {
                    bytes: parts.reduce((sum, part) => sum + part.transferSize, page.transferSize),
                    requests: parts.length,
                    blocking: parts.filter(part => part.renderBlockingStatus === 'blocking').map(part => part.name),
                };
            }
            """);
        Assert.InRange(page.Bytes, 20_000, 150_000);
        // Styles, script, icon and two fonts.
        Assert.InRange(page.Requests, 2, 5);
        Assert.EndsWith(".css", Assert.Single(page.Blocking), StringComparison.Ordinal);

        // Later visits fetch the page only: the rest is kept for a year.
        await visit.GoAsync("/worklist?state=routed");
        Assert.InRange(await visit.Page.EvaluateAsync<int>(
            "performance.getEntriesByType('resource').reduce((sum, part) => sum + part.transferSize, 0)"), 0, 1000);
    }

    private sealed class PageWeight
    {
        public int Bytes { get; set; }
        public int Requests { get; set; }
        public string[] Blocking { get; set; } = [];
    }
}
