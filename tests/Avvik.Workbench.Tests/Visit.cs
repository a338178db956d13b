using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Avvik.Workbench.Tests;

/// <summary>How a browser is: a desktop in light colours with JavaScript, unless a test says otherwise.</summary>
public sealed record VisitOptions(int Width = 1366, int Height = 900, bool Dark = false, bool JavaScript = true);

/// <summary>One person's browser.</summary>
public sealed class Visit : IAsyncDisposable
{
    private static readonly string[] Rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];
    private readonly WorkbenchSystem _system;
    private readonly List<string> _complaints = [];

    internal Visit(WorkbenchSystem system, IPage page)
    {
        (_system, Page) = (system, page);
        // CSP violations are console messages too. A status of ours is the page's own business and is asserted on there.
        page.Console += (_, message) =>
        {
            if (!message.Text.Contains("Failed to load resource: the server responded with a status of ", StringComparison.Ordinal))
                _complaints.Add($"{message.Type}: {message.Text}");
        };
        page.PageError += (_, error) => _complaints.Add(error);
    }

    public IPage Page { get; }
    public IReadOnlyList<string> Complaints => _complaints;

    public Task<IResponse?> GoAsync(string path) => Page.GotoAsync(path);

    public async Task SignInAsync(string persona)
    {
        await GoAsync("/signin");
        await Page.ClickAsync($"button[value='{persona}']");
        await Page.WaitForURLAsync(url => url.StartsWith(_system.Address, StringComparison.Ordinal));
    }

    /// <summary>
    /// What is asked of every page and every state: axe (WCAG 2.0–2.2 A/AA and best practices) finds nothing at 320 and 1366 px, light and dark; it is
    /// not wider than the screen; the console is silent; and a picture of each is there to be looked at.
    /// </summary>
    public async Task LookAsync(string name)
    {
        var size = Page.ViewportSize!;
        foreach (var width in new[] { 1366, 320 })
        {
            await Page.SetViewportSizeAsync(width, width == 320 ? 700 : 900);
            foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
            {
                await Page.EmulateMediaAsync(new() { ColorScheme = scheme });
                await Page.ScreenshotAsync(new() { Path = Path.Combine(WorkbenchSystem.Screenshots, $"{name}-{width}-{scheme.ToString().ToLowerInvariant()}.png"), FullPage = true });
                var result = await Page.RunAxe(new AxeRunOptions { RunOnly = new RunOnlyOptions { Type = "tag", Values = [.. Rules] } });
                Assert.True(result.Violations.Length == 0, $"{name} at {width} px, {scheme}: " + string.Join("; ", result.Violations.Select(v => $"{v.Id}: {string.Join(" | ", v.Nodes.Select(n => n.Html))}")));
                // An unstyled page has no violations either.
                Assert.NotEmpty(result.Passes);
            }
            Assert.True(await Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), $"{name} is wider than {width} px.");
        }
        Assert.Equal("Inter", await Page.EvaluateAsync<string>("getComputedStyle(document.body).fontFamily.split(',')[0]"));
        await Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await Page.SetViewportSizeAsync(size.Width, size.Height);
        Assert.Empty(_complaints);
    }

    public async ValueTask DisposeAsync() => await Page.Context.DisposeAsync();
}
