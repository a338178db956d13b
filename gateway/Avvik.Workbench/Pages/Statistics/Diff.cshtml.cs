using Avvik.Client;
using Avvik.Workbench.Access;
using Avvik.Workbench.Gateway;
using Avvik.Workbench.Texts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Avvik.Workbench.Pages.Statistics;

/// <summary>What a later version of a frozen quarter changed, in the report's own words.</summary>
internal sealed class DiffModel(IAvvikClient client, Places places, Browser.Choices choices, Me me, Text text) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public string Quarter { get; set; } = "";
    [BindProperty(SupportsGet = true)]
    public int Later { get; set; }

    public ReportDiff Diff { get; private set; } = null!;
    public Client.Report Report { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (!Choice.IsQuarter(Quarter) || (await places.GetAsync(ct)).CommunityOf(me.Organization) is not { } community) return NotFound();
        Diff = await client.GetReportDiffAsync(community.Code, Quarter, Later - 1, Later, ct: ct);
        Report = await client.GetReportAsync(community.Code, Quarter, Later, ct: ct);
        return Page();
    }

    private ReportTable? Table(ReportChange change) => Report.Tables.Prepend(Report.KeyFigures).FirstOrDefault(t => t.Code == change.Table);

    public string TableName(ReportChange change) => Table(change)?.Title ?? change.Table;
    public string RowName(ReportChange change) => Table(change)?.Rows.FirstOrDefault(r => r.Code == change.Row)?.Label ?? change.Row ?? text["statistics.sum"];
    public string ColumnName(ReportChange change) => Table(change)?.Columns.FirstOrDefault(c => c.Code == change.Column)?.Label ?? change.Column;
    public string Show(Figure? figure) => figure.Show(choices.Culture);
}
