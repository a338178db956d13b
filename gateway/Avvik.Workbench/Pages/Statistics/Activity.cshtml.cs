using Avvik.Client;
using Avvik.Workbench.Gateway;
using Avvik.Workbench.Texts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.Rendering;

namespace Avvik.Workbench.Pages.Statistics;

/// <summary>How well reporting is known in the own party.</summary>
internal sealed class ActivityModel(IAvvikClient client, Places places, Text text) : PageModel
{
    [BindProperty(SupportsGet = true, Name = "quarter")]
    public string? Quarter { get; set; }

    public ReportingActivity Activity { get; private set; } = null!;
    public PlaceNames Names { get; private set; } = null!;
    public IEnumerable<SelectListItem> Quarters => Choice.Quarters(text.Today).Select(q => new SelectListItem(Choice.Name(q, text), q));

    public async Task OnGetAsync(CancellationToken ct)
    {
        Names = await places.GetAsync(ct);
        Activity = await client.GetReportingActivityAsync(string.IsNullOrEmpty(Quarter) ? null : Quarter, ct);
    }
}
