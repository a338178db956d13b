using Avvik.Client;
using Avvik.Contracts;
using Avvik.Workbench.Access;
using Avvik.Workbench.Components;
using Avvik.Workbench.Gateway;
using Avvik.Workbench.Texts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Avvik.Workbench.Pages.Administration;

/// <summary>What a unit is to be, as it is typed.</summary>
internal sealed class UnitInput
{
    public string? Name { get; set; }
    /// <summary>One on a line.</summary>
    public string? Sites { get; set; }
    public string? ClosedOn { get; set; }
    public string? Successor { get; set; }
    public string? Reason { get; set; }
}

/// <summary>The party's units and agreements, and how long the agreements give to answer.</summary>
internal sealed class IndexModel(IAvvikClient client, Places places, PlacesCache cache, Me me, Text text) : PageModel
{
    [BindProperty]
    public UnitInput Input { get; set; } = new();

    public PlaceNames Names { get; private set; } = null!;
    public DirectoryParty? Party => Names.FindParty(me.Organization);
    public DirectoryCommunity? Community => Names.CommunityOf(me.Organization);
    public bool MayChange => me.Is(Roles.Coordinator, Roles.Admin);
    public string? Open { get; private set; }

    public Task OnGetAsync(CancellationToken ct) => ReadAsync(ct);

    public async Task<IActionResult> OnPostAsync(string code, CancellationToken ct)
    {
        try
        {
            await client.ChangeUnitAsync(code, new DirectoryUnitChange
            {
                Name = Input.Name.TrimToNull(),
                Sites = Input.Sites is null ? null : Input.Sites.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
                ClosedOn = Input.ClosedOn.TrimToNull(),
                Successor = Input.Successor.TrimToNull(),
                Reason = Input.Reason.TrimToNull(),
            }, ct: ct);
            cache.Current = null;
            TempData["notice"] = text["administration.unitChanged"];
            return RedirectToPage();
        }
        catch (AvvikProblemException problem) when (problem.IsRefusal())
        {
            ModelState.AddProblem(problem, "Input.");
            Open = code;
            await ReadAsync(ct);
            return Page();
        }
    }

    private async Task ReadAsync(CancellationToken ct) => Names = await places.GetAsync(ct);
}
