using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Avvik.Client;
using Avvik.Storage;
using Avvik.Testing;
using Avvik.TextProtection;
using Avvik.Workbench.Persistence;
using Microsoft.AspNetCore.Authentication;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Avvik.Workbench.Tests;

/// <summary>All of Avvik as <c>compose/up</c> starts it, and Debian's Chromium: once for the whole run. Tests count only what they sent themselves.</summary>
public sealed partial class WorkbenchSystem : IAsyncLifetime
{
    private static readonly string[] Flags =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--lang=nb-NO",
    ];
    private readonly HttpClient _http = new();
    private IPlaywright? _playwright;
    private MeldeStandIn? _melde;
    private ScannerServer? _scanner;

    public string Data { get; } = System.IO.Directory.CreateTempSubdirectory("avvik-workbench-").FullName;
    public int Port { get; } = FreePort();
    public string Address => $"http://localhost:{Port}";
    public IBrowser Chromium { get; private set; } = null!;
    /// <summary>Every file that is added goes by it.</summary>
    public ScannerServer Scanner => _scanner!;

    public async Task InitializeAsync()
    {
        Environment.SetEnvironmentVariable("AVVIK_DATA", Data);
        Environment.SetEnvironmentVariable("AVVIK_PORT", Port.ToString(CultureInfo.InvariantCulture));
        // A quarter can be frozen when everything before its end has arrived, which is known a minute later unless the services are told that a second will do.
        Environment.SetEnvironmentVariable("Watermarks__IntervalSeconds", "1");
        Environment.SetEnvironmentVariable("Watermarks__MarginSeconds", "1");
        var indicators = Path.Combine(Data, "indicators.csv");
        await File.WriteAllLinesAsync(indicators,
        [
            "indicator;title;unit;period;area;value;source;published",
            "readmissions;Reinnleggelser innen 30 dager;prosent;2024;3403;15.2;Helsedirektoratet;2025-06-18",
            "readmissions;Reinnleggelser innen 30 dager;prosent;2024;3411;13;Helsedirektoratet;2025-06-18",
        ]);
        Environment.SetEnvironmentVariable("Reports__IndicatorFile", indicators);
        _melde = await MeldeStandIn.StartForProcessesAsync(Data);
        _scanner = await ScannerServer.StartAsync();
        Environment.SetEnvironmentVariable("Attachments__ClamdAddress", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_scanner.Port}"));
        await Script.RunAsync("compose/up", "--no-build");
        // Before any page: whom letters are sent to.
        await Script.RunAsync("compose/directory", "import", Path.Combine(RepositoryRoot.Path, "compose/communities/oslo.json"), "--without-avvik");
        _playwright = await Playwright.CreateAsync();
        Chromium = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Headless = true, Args = Flags });
    }

    public async Task DisposeAsync()
    {
        if (Chromium is not null) await Chromium.DisposeAsync();
        _playwright?.Dispose();
        _http.Dispose();
        await Script.RunAsync("compose/down");
        if (_melde is not null) await _melde.DisposeAsync();
        if (_scanner is not null) await _scanner.DisposeAsync();
        System.IO.Directory.Delete(Data, recursive: true);
    }

    /// <summary>A browser of its own, signed in as a persona of the development issuer. Messages in the console are kept, and there must be none.</summary>
    public async Task<Visit> SignInAsync(string persona, VisitOptions? options = null)
    {
        var visit = await OpenAsync(options);
        await visit.SignInAsync(persona);
        return visit;
    }

    /// <summary>The same, not signed in, or with the cookies of a session that is there.</summary>
    public async Task<Visit> OpenAsync(VisitOptions? options = null, string? cookies = null)
    {
        options ??= new();
        var context = await Chromium.NewContextAsync(new()
        {
            BaseURL = Address,
            ViewportSize = new() { Width = options.Width, Height = options.Height },
            ColorScheme = options.Dark ? ColorScheme.Dark : ColorScheme.Light,
            Locale = "nb-NO",
            TimezoneId = "Europe/Oslo",
            JavaScriptEnabled = options.JavaScript,
            ReducedMotion = ReducedMotion.Reduce,
            StorageState = cookies,
        });
        context.SetDefaultTimeout(15_000);
        return new Visit(this, await context.NewPageAsync());
    }

    /// <summary>The API itself, as a persona: for what a test needs to be there.</summary>
    public async Task<IAvvikClient> ClientAsync(string persona)
    {
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("persona", persona)]);
        using var response = await _http.PostAsync($"http://127.0.0.1:{await PortOfAsync("identity")}/token", form);
        response.EnsureSuccessStatusCode();
        using var document = JsonDocument.Parse(await response.Content.ReadAsStreamAsync());
        return AvvikClient.Connect(new Uri(Address), document.RootElement.GetProperty("access_token").GetString()!);
    }

    /// <summary>A deviation that is a case at its unit: sent by the nurse in Hamar to SI Elverum.</summary>
    public async Task<Deviation> ReportAsync(Func<Submission, Submission>? change = null, string persona = "nurse-hamar")
    {
        var client = await ClientAsync(persona);
        var submission = new Submission
        {
            ClientReference = Guid.NewGuid().ToString(),
            Kind = "agreementBreach",
            OccurredAt = DateTimeOffset.UtcNow.AddDays(-3).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            Category = "dischargeSummary",
            Respondent = new() { OrganizationNumber = "983971709", Site = "SI Elverum" },
            Narrative = "Epikrisen kom ni dager etter utskrivning. Fastlegen visste ikke hva som var avtalt.",
        };
        var sent = await client.SubmitAsync(change?.Invoke(submission) ?? submission);
        var known = sent;
        await Eventually.IsTrue(async () => (known = await client.GetDeviationAsync(sent.Id)).State != "submitted", TimeSpan.FromSeconds(30));
        return known;
    }

    /// <summary>A routed case that its unit has begun to work with.</summary>
    public async Task StartAsync(Guid id)
    {
        var handler = await ClientAsync("handler-elverum-hamar");
        var acknowledged = await handler.ActAsync(id, (await handler.GetCaseAsync(id)).Case.Version, "acknowledge");
        await handler.ActAsync(id, acknowledged.Case.Version, "start");
    }

    public async Task<int> PortOfAsync(string process) => int.Parse(
        (await File.ReadAllLinesAsync(Path.Combine(Data, "ports")))
            .Single(l => l.StartsWith(process + "=", StringComparison.Ordinal))[(process.Length + 1)..], CultureInfo.InvariantCulture);

    /// <summary>
    /// Rewrites a persona's sessions as if time had passed: the access token has run out and is refused, and where asked, so is the refresh token.
    /// </summary>
    public async Task ExpireTokensAsync(string persona, bool refuseRefresh)
    {
        // The shared session would otherwise be one of them.
        _signedIn.TryRemove(persona, out _);
        var key = (await File.ReadAllTextAsync(Path.Combine(Data, "secrets", "browser.key"))).Trim();
        var keys = new KeyRingOptions { ActiveKey = "k1", Keys = { ["k1"] = key } };
        var ring = new KeyRing(keys);
        await using var db = OpenDatabase();
        foreach (var session in await db.Sessions.AsTracking().ToListAsync())
        {
            var place = Encoding.UTF8.GetBytes($"session/{session.Id}");
            var ticket = TicketSerializer.Default.Deserialize(ring.Open(session.SealedTicket, place))!;
            if (ticket.Principal.FindFirst("sub")?.Value != persona) continue;
            ticket.Properties.UpdateTokenValue("access_token", "expired");
            ticket.Properties.UpdateTokenValue("expires_at", DateTimeOffset.UtcNow.AddMinutes(-1).ToString("o", CultureInfo.InvariantCulture));
            if (refuseRefresh) ticket.Properties.UpdateTokenValue("refresh_token", "revoked");
            // Signed in long ago: what is refused right after signing in is answered otherwise.
            ticket.Properties.Items["signed-in-at"] = DateTimeOffset.UtcNow.AddHours(-1).ToString("o", CultureInfo.InvariantCulture);
            session.SealedTicket = ring.Seal(TicketSerializer.Default.Serialize(ticket), place);
        }
        await db.SaveChangesAsync();
    }

    /// <summary>The workbench's own database.</summary>
    internal WorkbenchDbContext OpenDatabase()
    {
        var database = new DatabaseOptions { ConnectionString = $"Data Source={Path.Combine(Data, "db", "workbench.db")}" };
        var options = new DbContextOptionsBuilder<WorkbenchDbContext>();
        database.Configure(options);
        return new WorkbenchDbContext(options.Options);
    }

    private static int FreePort()
    {
        // Below 32768: above it the kernel may give the port to some client.
        for (var port = Random.Shared.Next(12_000, 19_000); ; port++)
        {
            using var probe = new TcpListener(System.Net.IPAddress.Loopback, port);
            try
            {
                probe.Start();
                return port;
            }
            catch (SocketException) { /* taken; the next one */ }
        }
    }
}

[CollectionDefinition(nameof(WorkbenchSystem))]
public sealed class WorkbenchSystemCollection : ICollectionFixture<WorkbenchSystem>;
