using Avvik.Client;
using Avvik.Workbench.Gateway;
using Avvik.Workbench.Texts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Avvik.Workbench.Pages.Triage;

/// <summary>The coordinator's queue; what has a sure suggestion and nothing else to decide can be routed many at once.</summary>
internal sealed class IndexModel(IAvvikClient client, Queue queue, Places places, Text text) : PageModel
{
    public IReadOnlyList<TriageItem> Items { get; private set; } = [];
    public PlaceNames Names { get; private set; } = null!;
    public IReadOnlyList<string> Refused { get; private set; } = [];

    /// <summary>What it would be routed as without another word: the reporter's category, or the best suggestion.</summary>
    public static string? CategoryOf(TriageItem item) => item.Category ?? (item.Suggestions is [var best, ..] ? best.Category : null);

    /// <summary>Flags that a person must have looked at one by one are not for many at once.</summary>
    public static bool IsForMany(TriageItem item) =>
        item.State == "triage" && CategoryOf(item) is not null && item.Flags.All(f => f.Code is "noCategory" or "agreementMissing");

    public Task OnGetAsync(CancellationToken ct) => ReadAsync(ct);

    public async Task<IActionResult> OnPostRouteAsync(Guid[] selected, CancellationToken ct)
    {
        if (selected.Length == 0) ModelState.AddModelError("selected", text["triage.noneSelected"]);
        var waiting = (await queue.ReadAsync(ct)).Where(IsForMany).ToDictionary(i => i.Id);
        var (routed, refused) = (0, new List<string>());
        foreach (var id in selected.Distinct())
        {
            if (!waiting.TryGetValue(id, out var item)) continue;
            try
            {
                await client.DecideAsync(id, new TriageDecision { Decision = "route", Category = item.Category is null ? CategoryOf(item) : null }, ct);
                routed++;
            }
            catch (AvvikProblemException problem) when ((int)problem.Status is 400 or 404 or 409 or 422)
            {
                refused.Add($"{item.Reference}: {(problem.Errors is [var error, ..] ? error.Message : problem.Title)}");
            }
        }
        if (routed > 0) TempData["notice"] = text.Count("triage.routed", routed);
        if (refused.Count == 0 && ModelState.IsValid) return RedirectToPage();
        Refused = refused;
        await ReadAsync(ct);
        return Page();
    }

    private async Task ReadAsync(CancellationToken ct)
    {
        var (names, items) = (places.GetAsync(ct), queue.ReadAsync(ct));
        (Names, Items) = (await names, await items);
    }
}
