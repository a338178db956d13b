using Avvik.Client;
using Avvik.Workbench.Access;
using Avvik.Workbench.Components;
using Avvik.Workbench.Gateway;
using Avvik.Workbench.Texts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.Rendering;

namespace Avvik.Workbench.Pages.Administration;

/// <summary>A rule as it is typed.</summary>
internal sealed class RuleInput
{
    public string? Category { get; set; }
    public string? Kind { get; set; }
    public string? ActualHarm { get; set; }
    public string? Site { get; set; }
    public string? Unit { get; set; }

    public bool IsEmpty => Unit is null or "" && Category is null or "" && Kind is null or "" && ActualHarm is null or "" && Site is null or "";
}

/// <summary>The party's own routing rules. They are tried on the newest cases before they are set: what would move is shown as a list.</summary>
internal sealed class RulesModel(IAvvikClient client, Places places, Me me, Text text) : PageModel
{
    private const int EmptyRows = 2;

    [BindProperty]
    public List<RuleInput> Rules { get; set; } = [];
    [BindProperty]
    public string? Reason { get; set; }
    [BindProperty]
    public int Version { get; set; }

    public RoutingRuleSet Set { get; private set; } = null!;
    public SimulatedRouting? Simulated { get; private set; }
    public PlaceNames Names { get; private set; } = null!;

    public IEnumerable<SelectListItem> Codes(string list, IEnumerable<string> codes) => text.SortedOptions(list, codes, text["administration.any"]);

    public IEnumerable<SelectListItem> Units => Names.OpenUnits(me.Organization, text).Options(text["administration.chooseUnit"]);

    public IEnumerable<SelectListItem> Sites => [new(text["administration.any"], ""), .. (Names.FindParty(me.Organization)?.Units ?? [])
        .SelectMany(u => u.Sites).Distinct().OrderBy(s => s, text.Sorting).Select(s => new SelectListItem(s, s))];

    private List<RoutingRule> Typed => [.. Rules.Where(r => !r.IsEmpty).Select(r => new RoutingRule
    {
        Category = r.Category.TrimToNull(), Kind = r.Kind.TrimToNull(), ActualHarm = r.ActualHarm.TrimToNull(),
        Site = r.Site.TrimToNull(), Unit = r.Unit.TrimToNull(),
    })];

    public async Task OnGetAsync(CancellationToken ct)
    {
        await ReadAsync(ct);
        Version = Set.Version;
        Rules = [.. Set.Rules.Select(r => new RuleInput { Category = r.Category, Kind = r.Kind, ActualHarm = r.ActualHarm, Site = r.Site, Unit = r.Unit })];
        AddRows();
    }

    public Task<IActionResult> OnPostSimulateAsync(CancellationToken ct) => TryAsync(async () =>
    {
        Simulated = await client.SimulateRoutingRulesAsync(new RoutingRuleSimulation { Rules = Typed }, ct);
        return null;
    }, ct);

    public Task<IActionResult> OnPostSetAsync(CancellationToken ct) => TryAsync(async () =>
    {
        await client.SetRoutingRulesAsync(new RoutingRuleChange { Rules = Typed, Reason = Reason.TrimToNull() }, Version, ct);
        TempData["notice"] = text["administration.rulesSet"];
        return RedirectToPage();
    }, ct);

    private async Task<IActionResult> TryAsync(Func<Task<IActionResult?>> work, CancellationToken ct)
    {
        try
        {
            if (await work() is { } elsewhere) return elsewhere;
        }
        catch (AvvikProblemException problem) when (problem.IsRefusal())
        {
            ModelState.AddProblem(problem);
        }
        await ReadAsync(ct);
        if (Set.Version != Version) (Version, _) = (Set.Version, ModelState.Remove("Version"));
        AddRows();
        return Page();
    }

    private async Task ReadAsync(CancellationToken ct)
    {
        var (names, set) = (places.GetAsync(ct), client.GetRoutingRulesAsync(ct: ct));
        (Names, Set) = (await names, await set);
    }

    private void AddRows()
    {
        Rules = [.. Rules.Where(r => !r.IsEmpty)];
        for (var i = 0; i < EmptyRows; i++) Rules.Add(new());
    }
}
