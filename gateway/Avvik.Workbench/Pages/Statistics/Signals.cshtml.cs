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

    /// <summary>The signal whose cases are shown.</summary>
    [BindProperty(SupportsGet = true, Name = "cases")]
    public Guid? Shown { get; set; }

    public Page<SignalItem> Signals { get; private set; } = null!;
    public PlaceNames Names { get; private set; } = null!;
    public SignalCases? Cases { get; private set; }
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

    /// <summary>As in «Legemidler, Tynset, Hamar»; a category alone is of the whole community.</summary>
    public string TitleOf(SignalItem signal) => string.Join(", ", new[]
    {
        text.Code("categories", signal.Category), Names.Unit(signal.Unit),
        signal.Municipality is null ? "" : Names.Parties.FirstOrDefault(p => p.Number == signal.Municipality)?.Name ?? signal.Municipality,
    }.Where(part => part.Length > 0));

    public string RuleOf(SignalItem signal) => text.Has($"statistics.rule.{signal.Rule}") ? text[$"statistics.rule.{signal.Rule}"] : signal.Rule;

    /// <summary>The same page, with the cases behind that signal.</summary>
    public string CasesOf(SignalItem signal) =>
        Url.Page(null, null, new { cases = signal.Id, state = State, cursor = Cursor }, null, null, $"signal-{signal.Id}")!;

    private async Task ReadAsync(CancellationToken ct)
    {
        var (names, signals) = (places.GetAsync(ct), client.ListSignalsAsync(new SignalQuery
        {
            State = string.IsNullOrEmpty(State) ? null : State,
            Cursor = string.IsNullOrEmpty(Cursor) ? null : Cursor,
        }, ct));
        (Names, Signals) = (await names, await signals);
        if (Shown is { } shown && Signals.Items.Any(s => s.Id == shown)) Cases = await client.ListSignalCasesAsync(shown, ct);
    }
}
