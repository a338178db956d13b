using Microsoft.Playwright;

namespace Avvik.Load;

/// <summary>The README's picture: a worklist on which some work has been done, of the demo's deviations.</summary>
internal static class Picture
{
    public static async Task TakeAsync(int port, string file)
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(
            new() { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox", "--disable-gpu"] });
        await using var context = await browser.NewContextAsync(new()
        {
            BaseURL = $"http://localhost:{port}",
            ViewportSize = new() { Width = 1366, Height = 758 },
            Locale = "nb-NO",
            TimezoneId = "Europe/Oslo",
        });
        var page = await context.NewPageAsync();
        await page.GotoAsync("/signin");
        await page.ClickAsync("button[value='coordinator-si']");
        await page.WaitForURLAsync(url => url.StartsWith($"http://localhost:{port}/", StringComparison.Ordinal));
        for (var i = 0; i < 6; i++)
        {
            await page.GotoAsync("/worklist?state=routed");
            await page.ClickAsync($"tr:has(td.choose input) td.what a >> nth={i}");
            await page.ClickAsync("button:text-is('Bekreft mottatt')");
            if (i % 3 == 2) continue;
            await page.Locator("button:text-is('Bekreft mottatt')").WaitForAsync(new() { State = WaitForSelectorState.Detached });
            await page.WaitForLoadStateAsync();
            // Praise is thanked for, not handled.
            var start = page.Locator("button:text-is('Begynn behandlingen')");
            if (await start.CountAsync() == 0) continue;
            await start.ClickAsync();
            if (i % 3 == 1) continue;
            await page.ClickAsync("summary:text-is('Spør melderen')");
            await page.FillAsync("#ask-Question", "Hvilken dag ble pasienten utskrevet?");
            await page.ClickAsync("button:text-is('Spør melderen')");
        }
        await page.GotoAsync("/worklist");
        await page.ScreenshotAsync(new() { Path = file });
    }
}
