using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Playwright;

namespace Avvik.Load;

/// <param name="Page">Whose worklist.</param>
/// <param name="P50">Milliseconds from request to the last byte, on this machine.</param>
/// <param name="P95">Milliseconds.</param>
/// <param name="CompressedBytes">Of the page alone, with Brotli.</param>
internal sealed record PageTimes(string Page, double P50, double P95, int CompressedBytes);

/// <param name="Visit">The first, with nothing kept, or a later one.</param>
/// <param name="FirstPaint">Milliseconds until something is seen.</param>
/// <param name="Usable">Milliseconds until the list is there and the script has run.</param>
/// <param name="TransferredBytes">Page, styles, script and fonts, compressed.</param>
internal sealed record PhoneTimes(string Visit, double FirstPaint, double Usable, int TransferredBytes);

internal sealed record WorkbenchResult(int Cores, int Cases, IReadOnlyList<PageTimes> Server, IReadOnlyList<PhoneTimes> Phone);

/// <summary>How soon the worklist's page is there when there is much in it: the whole system as <c>compose/up</c> starts it, on SQLite.</summary>
internal static class WorkbenchBench
{
    private const string Trust = "983971709";
    private const int WarmUp = 200, Counted = 100, PhoneVisits = 5;
    private const double AimServer = 30, AimUsable = 1000, AimKilobytes = 150;

    // Lighthouse's mid-range phone: a processor at a quarter of this machine's speed, and a slow 4G connection.
    private const double CpuSlowdown = 4, LatencyMilliseconds = 150, DownloadBytes = 1_638_400 / 8.0, UploadBytes = 768_000 / 8.0;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static async Task RunAsync(string corpus, int cases, bool json, string data, int port)
    {
        await Console.Error.WriteLineAsync($"{cases} cases");
        await using (var connection = new SqliteConnection($"Data Source={Path.Combine(data, "db", "routing.db")};Pooling=False;Default Timeout=60"))
        {
            await connection.OpenAsync();
            await ManyCases.LoadAsync(connection, corpus, cases, Trust, (await File.ReadAllTextAsync(Path.Combine(data, "secrets", "text.key"))).Trim());
        }
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(
            new() { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox", "--disable-gpu"] });
        var server = new List<PageTimes>();
        foreach (var (page, persona) in new[] { ("handler: own unit", "handler-elverum-hamar"), ("coordinator of the trust", "coordinator-si") })
            server.Add(await AskAsync(browser, page, persona, port));
        var phone = new List<PhoneTimes>();
        foreach (var visit in new[] { "first visit", "later visit" }) phone.Add(await VisitAsync(browser, visit, port));
        var result = new WorkbenchResult(Environment.ProcessorCount, cases, server, phone);
        if (json) await Console.Out.WriteLineAsync(JsonSerializer.Serialize(result, Json));
        else Print(result, Console.Out);
    }

    private static async Task<PageTimes> AskAsync(IBrowser browser, string name, string persona, int port)
    {
        await using var context = await browser.NewContextAsync(new() { BaseURL = $"http://localhost:{port}" });
        await SignInAsync(await context.NewPageAsync(), persona, port);
        var cookies = string.Join("; ", (await context.CookiesAsync()).Select(c => $"{c.Name}={c.Value}"));
        using var http = new HttpClient { BaseAddress = new Uri($"http://localhost:{port}") };
        http.DefaultRequestHeaders.Add("Cookie", cookies);
        http.DefaultRequestHeaders.AcceptEncoding.ParseAdd("br");
        var (bytes, times) = (0, new List<double>(Counted));
        for (var i = 0; i < WarmUp + Counted; i++)
        {
            var started = Stopwatch.GetTimestamp();
            using var answer = await http.GetAsync(new Uri("/worklist", UriKind.Relative));
            answer.EnsureSuccessStatusCode();
            bytes = (await answer.Content.ReadAsByteArrayAsync()).Length;
            if (i >= WarmUp) times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        times.Sort();
        return new(name, Math.Round(times[Counted / 2], 1), Math.Round(times[Counted * 95 / 100], 1), bytes);
    }

    private static async Task<PhoneTimes> VisitAsync(IBrowser browser, string name, int port)
    {
        var visits = new List<PhoneTimes>();
        for (var i = 0; i < PhoneVisits; i++)
        {
            await using var context = await browser.NewContextAsync(new()
            {
                BaseURL = $"http://localhost:{port}",
                ViewportSize = new() { Width = 390, Height = 844 },
                IsMobile = true,
                HasTouch = true,
                DeviceScaleFactor = 2,
            });
            var page = await context.NewPageAsync();
            await SignInAsync(page, "handler-elverum-hamar", port);
            var cdp = await context.NewCDPSessionAsync(page);
            await cdp.SendAsync("Network.enable");
            if (name.StartsWith("first", StringComparison.Ordinal)) await cdp.SendAsync("Network.clearBrowserCache");
            await cdp.SendAsync("Emulation.setCPUThrottlingRate", new() { ["rate"] = CpuSlowdown });
            await cdp.SendAsync("Network.emulateNetworkConditions", new()
            {
                ["offline"] = false,
                ["latency"] = LatencyMilliseconds,
                ["downloadThroughput"] = DownloadBytes,
                ["uploadThroughput"] = UploadBytes,
            });
            await page.GotoAsync("/worklist", new() { WaitUntil = WaitUntilState.Load });
            var measured = await page.EvaluateAsync<double[]>("""
                async () => {
                    const page = performance.getEntriesByType('navigation')[0];
                    // The page may be loaded before its first frame is drawn.
                    const paint = await new Promise(seen => new PerformanceObserver(list => {
                        const first = list.getEntriesByName('first-contentful-paint')[0];
                        if (first) seen(first.startTime);
                    }).observe({ type: 'paint', buffered: true }));
                    const bytes = performance.getEntriesByType('resource').reduce((sum, r) => sum + r.transferSize, page.transferSize);
                    return [paint, Math.max(paint, page.domContentLoadedEventEnd), bytes];
                }
                """);
            visits.Add(new(name, measured[0], measured[1], (int)measured[2]));
        }
        var median = visits.OrderBy(v => v.Usable).ElementAt(PhoneVisits / 2);
        return median with { FirstPaint = Math.Round(median.FirstPaint), Usable = Math.Round(median.Usable) };
    }

    private static async Task SignInAsync(IPage page, string persona, int port)
    {
        await page.GotoAsync("/signin");
        await page.ClickAsync($"button[value='{persona}']");
        await page.WaitForURLAsync(url => url.StartsWith($"http://localhost:{port}/", StringComparison.Ordinal));
    }

    private static void Print(WorkbenchResult result, TextWriter to)
    {
        to.WriteLine($"{$"worklist page, {result.Cases} cases",-46}{"ms p50",10}{"p95",10}{"kB",10}   aim");
        foreach (var page in result.Server) Line(page.Page, page.P50, page.P95, page.CompressedBytes, $"p50 < {AimServer} ms");
        to.WriteLine();
        to.WriteLine($"{"on a phone (4 × slower processor, slow 4G)",-46}{"ms seen",10}{"usable",10}{"kB",10}   aim");
        foreach (var visit in result.Phone) Line(visit.Visit, visit.FirstPaint, visit.Usable, visit.TransferredBytes,
            $"usable < {AimUsable} ms, < {AimKilobytes} kB");
        to.WriteLine();
        to.WriteLine($"{result.Cores} cores; {WarmUp} requests to warm up, {Counted} counted, one at a time; the median of {PhoneVisits} visits.");

        void Line(string name, double first, double second, int bytes, string aim) =>
            to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-46}{first,10:F0}{second,10:F0}{bytes / 1000.0,10:F1}   {aim}"));
    }
}
