using Avvik.Client;
using Avvik.Contracts;
using Avvik.Workbench.Access;
using Avvik.Workbench.Components;
using Avvik.Workbench.Gateway;
using Avvik.Workbench.Texts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Avvik.Workbench.Pages.Statistics;

/// <summary>Series that left their limits: looked at, or explained.</summary>
internal sealed class SignalsModel(IAvvikClient client, Places places, Me me, Text text) : PageModel
{
    [BindProperty(SupportsGet = true, Name = "cursor")]
    public string? Cursor { get; set; }
    [BindProperty(SupportsGet = true, Name = "state")]
    public string? State { get; set; }

    public Page<SignalItem> Signals { get; private set; } = null!;
    public PlaceNames Names { get; private set; } = null!;
    public Pager Pager => new(Request, Signals.NextCursor);
    public bool MayChange => me.Is(Roles.Coordinator);

    public Task OnGetAsync(CancellationToken ct) => ReadAsync(ct);

    public async Task<IActionResult> OnPostAsync(Guid id, string to, string? note, CancellationToken ct)
    {
        try
        {
            await client.ChangeSignalAsync(id, new ChangeSignal { State = to, Note = note.TrimToNull() }, ct);
            TempData["notice"] = text["statistics.signalChanged"];
            return RedirectToPage(new { State });
        }
        catch (AvvikProblemException problem) when (problem.IsRefusal())
        {
            ModelState.AddProblem(problem);
            await ReadAsync(ct);
            return Page();
        }
    }

    private async Task ReadAsync(CancellationToken ct)
    {
        var (names, signals) = (places.GetAsync(ct), client.ListSignalsAsync(new SignalQuery
        {
            State = string.IsNullOrEmpty(State) ? null : State,
            Cursor = string.IsNullOrEmpty(Cursor) ? null : Cursor,
        }, ct));
        (Names, Signals) = (await names, await signals);
    }
}
