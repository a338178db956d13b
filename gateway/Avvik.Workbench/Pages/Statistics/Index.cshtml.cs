using System.Net;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Workbench.Access;
using Avvik.Workbench.Components;
using Avvik.Workbench.Gateway;
using Avvik.Workbench.Texts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.Rendering;

namespace Avvik.Workbench.Pages.Statistics;

/// <summary>A report as a page: key figures, each table with its chart, the method; downloads; freezing.</summary>
internal sealed class IndexModel(IAvvikClient client, Places places, Browser.Choices choices, Me me, Text text) : PageModel
{
    // What is downloaded: its type, and how the file's name ends.
    private static readonly Dictionary<string, (string Type, string Ending)> Formats = new(StringComparer.Ordinal)
    {
        ["pdf"] = ("application/pdf", ".pdf"),
        ["note"] = ("application/pdf", "-notat.pdf"),
        ["charts"] = ("application/zip", "-diagrammer.zip"),
        ["xlsx"] = ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
        ["csv"] = ("application/zip", ".zip"),
        ["json"] = ("application/json", ".json"),
    };

    [BindProperty(SupportsGet = true, Name = "report")]
    public string? Asked { get; set; }
    [BindProperty(SupportsGet = true, Name = "version")]
    public int? Version { get; set; }

    [BindProperty(SupportsGet = true, Name = "scope")]
    public string? Scope { get; set; }

    public string Path { get; private set; } = "";
    public DirectoryCommunity? Community { get; private set; }
    public Client.Report? Report { get; private set; }
    public IReadOnlyList<ReportVersion> Versions { get; private set; } = [];
    public IEnumerable<SelectListItem> Reports { get; private set; } = [];
    public System.Globalization.CultureInfo Culture => choices.Culture;

    public bool MayFreeze => me.Is(Roles.Secretariat) && Choice.IsQuarter(Path);
    public bool SeesActivity => me.Is(Roles.Coordinator);
    public bool SeesSignals => me.Is(Roles.Coordinator, Roles.Secretariat, Roles.UnitLeader, Roles.Handler, Roles.LearningEditor);

    /// <summary>Own figures are whole; those of the community are the same, protected, for everybody.</summary>
    public bool HasOwn => me.Is(Roles.Coordinator, Roles.Secretariat, Roles.Handler, Roles.UnitLeader) && (Choice.IsQuarter(Path) || Path.Length == 4);

    /// <summary>A quarter that is not frozen has no figures of the community yet: those who have own figures see them instead.</summary>
    public bool ShowsOwn => Scope == "own" || (HasOwn && Report is { Version: null });

    private string? AskedScope => Scope == "own" && HasOwn ? Scope : null;

    public string Show(Figure? figure) => figure.Show(choices.Culture, none: "");

    /// <summary>What there was none of says nothing on a page; the files have every row.</summary>
    public static ReportTable WithoutEmptyRows(ReportTable table) =>
        table with { Rows = [.. table.Rows.Where(r => r.Values.Any(v => v is { } figure && figure.Value != 0))] };

    public Task OnGetAsync(CancellationToken ct) => ReadAsync(ct);

    public async Task<IActionResult> OnGetDownloadAsync(string format, CancellationToken ct)
    {
        if (!Formats.TryGetValue(format, out var found)) return NotFound();
        await FindAsync(ct);
        if (Community is null) return NotFound();
        // The token stays here, so the file passes through; it is streamed and never whole in memory.
        return File(await client.OpenReportAsync(Community.Code, $"{Path}.{format}", Version, AskedScope, ct),
            found.Type, $"{Path.Replace('/', '-')}{found.Ending}");
    }

    public async Task<IActionResult> OnPostFreezeAsync(string? reason, CancellationToken ct)
    {
        await FindAsync(ct);
        if (Community is null) return NotFound();
        try
        {
            var frozen = await client.FreezeReportAsync(Community.Code, Path, reason.TrimToNull(), ct);
            TempData["notice"] = text["statistics.nowFrozen", frozen.Version];
            return Redirect($"/statistics?report={Uri.EscapeDataString(Path)}");
        }
        catch (AvvikProblemException problem) when (problem.IsRefusal())
        {
            ModelState.AddProblem(problem);
            await ReadAsync(ct);
            return Page();
        }
    }

    private async Task FindAsync(CancellationToken ct)
    {
        Community = (await places.GetAsync(ct)).CommunityOf(me.Organization);
        if (Community is null) return;
        Reports = [.. Choice.Of(Community, text)];
        // The newest that is over: what the committee meets about.
        Path = Reports.Any(r => r.Value == Asked) ? Asked! : Choice.Quarters(text.Today).ElementAt(1);
    }

    private async Task ReadAsync(CancellationToken ct)
    {
        await FindAsync(ct);
        if (Community is null) return;
        try
        {
            Report = await client.GetReportAsync(Community.Code, Path, Version, AskedScope, ct);
        }
        catch (AvvikProblemException problem) when (problem.Status == HttpStatusCode.NotFound)
        {
            // Not frozen yet, or nothing of that year: the page says so.
        }
        if (Choice.IsQuarter(Path)) Versions = (await client.ListReportVersionsAsync(Community.Code, Path, ct)).Items;
    }
}
