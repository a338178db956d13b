using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace Avvik.Workbench.Tests;

/// <summary>How a browser is: a desktop in light colours with JavaScript, unless a test says otherwise.</summary>
public sealed record VisitOptions(int Width = 1366, int Height = 900, bool Dark = false, bool JavaScript = true);

/// <summary>How far things have moved since the page was opened, and which.</summary>
public sealed class Shifts
{
    public double Sum { get; init; }
    public string[] Moved { get; init; } = [];
}

/// <summary>One person's browser.</summary>
public sealed class Visit : IAsyncDisposable
{
    private static readonly string[] Rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];
    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    private const string RunAxe = """
        async tags => {
            const result = await axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] });
            return { passes: result.passes.length, violations: result.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html).join(' | ')}`) };
        }
        """;

    /// <summary>Where to write pictures of every page and state, for people to look at; null: nowhere.</summary>
    private static readonly string? Pictures = Environment.GetEnvironmentVariable("AVVIK_PICTURES");

    // Sums how far things move that the user did not just move (Cumulative Layout Shift), and keeps what moved from where to where.
    private const string MeasureShifts = """
        window.shifts = { sum: 0, moved: [] };
        new PerformanceObserver(list => {
            for (const e of list.getEntries().filter(e => !e.hadRecentInput)) {
                window.shifts.sum += e.value;
                const at = r => `${r.x},${r.y} ${r.width}x${r.height}`;
                for (const s of e.sources) window.shifts.moved.push(`${s.node?.nodeName}.${s.node?.className}: ${at(s.previousRect)} to ${at(s.currentRect)}`);
            }
        }).observe({ type: 'layout-shift', buffered: true });
        """;

    private readonly WorkbenchSystem _system;
    // What stands out on the right, innermost last.
    private const string Widest = """
        [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
            .slice(-3).map(e => e.outerHTML.slice(0, 200)).join(' | ')
        """;
    private readonly List<string> _complaints = [], _failed = [];

    internal Visit(WorkbenchSystem system, IPage page)
    {
        (_system, Page) = (system, page);
        // CSP violations are console messages too. A status of ours is the page's own business and is asserted on there; so is a cut connection.
        page.Console += (_, message) =>
        {
            if (!message.Text.Contains("Failed to load resource: the server responded with a status of ", StringComparison.Ordinal)
                && !message.Text.Contains("net::ERR_INTERNET_DISCONNECTED", StringComparison.Ordinal))
                _complaints.Add($"{message.Type}: {message.Text}");
        };
        page.PageError += (_, error) => _complaints.Add(error);
        // A page of ours that fails shows another, which has no fault of its own.
        page.Response += (_, response) =>
        {
            if (response.Status == 500 && response.Request.IsNavigationRequest && !response.Url.Contains("/status/", StringComparison.Ordinal))
                _failed.Add(response.Url);
        };
    }

    public IPage Page { get; }
    public IReadOnlyList<string> Complaints => _complaints;
    /// <summary>Addresses that answered 500.</summary>
    public IReadOnlyList<string> Failed => _failed;

    public Task<IResponse?> GoAsync(string path) => Page.GotoAsync(path);

    public async Task SignInAsync(string persona)
    {
        await GoAsync("/signin");
        await Page.ClickAsync($"button[value='{persona}']");
        await Page.WaitForURLAsync(url => url.StartsWith(_system.Address, StringComparison.Ordinal));
    }

    public Task MeasureShiftsAsync() => Page.AddInitScriptAsync(MeasureShifts);

    /// <summary>How far things have moved since the page was opened (Cumulative Layout Shift); below 0.1 is called good.</summary>
    public Task<Shifts> ShiftsAsync() => Page.EvaluateAsync<Shifts>("window.shifts");

    /// <summary>
    /// What is asked of every page and every state: axe (WCAG 2.0–2.2 A/AA and best practices) finds nothing at 320 and 1366 px, light and dark; it is
    /// not wider than the screen (320 px is 1280 px at 400 %); the console is silent. Pictures are written where <c>AVVIK_PICTURES</c> says.
    /// </summary>
    public async Task LookAsync(string name)
    {
        var size = Page.ViewportSize!;
        await Page.EvaluateAsync(Axe);
        foreach (var width in new[] { 1366, 320 })
        {
            await Page.SetViewportSizeAsync(width, width == 320 ? 700 : 900);
            foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
            {
                await Page.EmulateMediaAsync(new() { ColorScheme = scheme });
                var result = await Page.EvaluateAsync<AxeAnswer>(RunAxe, Rules);
                Assert.True(result.Violations.Length == 0, $"{name} at {width} px, {scheme}: {string.Join("; ", result.Violations)}");
                // An empty page has no violations either.
                Assert.True(result.Passes > 10, $"{name}: axe found only {result.Passes} rules to apply.");
            }
            var overflow = await Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
            Assert.True(overflow <= 0, $"{name} is {overflow} px wider than {width} px: {await Page.EvaluateAsync<string>(Widest)}");
        }
        Assert.Equal("Inter", await Page.EvaluateAsync<string>("getComputedStyle(document.body).fontFamily.split(',')[0]"));
        if (Pictures is not null) await WritePicturesAsync(Pictures, name);
        await Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await Page.SetViewportSizeAsync(size.Width, size.Height);
        Assert.Empty(_complaints);
    }

    private async Task WritePicturesAsync(string folder, string name)
    {
        foreach (var (screen, width, height) in new[] { ("desktop", 1366, 900), ("phone", 390, 844) })
        {
            await Page.SetViewportSizeAsync(width, height);
            await Page.EvaluateAsync("document.querySelector('.site-nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' })");
            foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
            {
                await Page.EmulateMediaAsync(new() { ColorScheme = scheme });
                await WriteAsync($"{screen}-{scheme.ToString().ToLowerInvariant()}");
            }
        }
        // A sheet of paper, about 96 px to the inch.
        await Page.SetViewportSizeAsync(720, 1020);
        await Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light, Media = Media.Print });
        await WriteAsync("paper");
        await Page.EmulateMediaAsync(new() { Media = Media.Screen });

        Task WriteAsync(string kind) => Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}-{kind}.png"), FullPage = true });
    }

    public async ValueTask DisposeAsync() => await Page.Context.DisposeAsync();

    private sealed class AxeAnswer
    {
        public int Passes { get; set; }
        public string[] Violations { get; set; } = [];
    }
}
