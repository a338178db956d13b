using Avvik.Client;
using Avvik.Workbench.Components;
using Avvik.Workbench.Gateway;
using Avvik.Workbench.Texts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Avvik.Workbench.Pages.Administration;

/// <summary>Who has been given what: the access log of a service, by case, person and day, and whether it is as it was written.</summary>
internal sealed class AccessModel(IAvvikClient client, Places places, Text text) : PageModel
{
    public static readonly string[] Services = ["routing", "reporting", "triage", "statistics", "notices"];

    [BindProperty(SupportsGet = true, Name = "service")]
    public string Service { get; set; } = "routing";
    [BindProperty(SupportsGet = true, Name = "deviation")]
    public string? Deviation { get; set; }
    [BindProperty(SupportsGet = true, Name = "subject")]
    public string? Subject { get; set; }
    [BindProperty(SupportsGet = true, Name = "from")]
    public DateOnly? From { get; set; }
    [BindProperty(SupportsGet = true, Name = "to")]
    public DateOnly? To { get; set; }
    [BindProperty(SupportsGet = true, Name = "cursor")]
    public string? Cursor { get; set; }

    public Page<AccessLogEntry> Entries { get; private set; } = new([], null);
    public AccessLogVerification? Verification { get; private set; }
    public PlaceNames Names { get; private set; } = null!;
    public Pager Pager => new(Request, Entries.NextCursor);

    public Task OnGetAsync(CancellationToken ct) => ReadAsync(ct);

    public async Task<IActionResult> OnPostVerifyAsync(CancellationToken ct)
    {
        await ReadAsync(ct);
        if (ModelState.IsValid) Verification = await client.VerifyAccessLogAsync(Service, ct);
        return Page();
    }

    private async Task ReadAsync(CancellationToken ct)
    {
        Names = await places.GetAsync(ct);
        if (!Services.Contains(Service, StringComparer.Ordinal)) Service = Services[0];
        Guid? deviation = null;
        if (!string.IsNullOrWhiteSpace(Deviation))
        {
            // People copy the address of a case: its last part is the id.
            if (Guid.TryParse(Deviation.Trim().TrimEnd('/').Split('/')[^1], out var id)) deviation = id;
            else ModelState.AddModelError("deviation", text["administration.notACase"]);
        }
        if (!ModelState.IsValid) return;
        Entries = await client.ListAccessLogAsync(Service, new AccessLogQuery
        {
            Deviation = deviation,
            Subject = Subject.TrimToNull(),
            From = From,
            To = To,
            Cursor = string.IsNullOrEmpty(Cursor) ? null : Cursor,
        }, ct);
    }
}
