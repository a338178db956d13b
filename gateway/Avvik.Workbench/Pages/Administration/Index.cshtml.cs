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

namespace Avvik.Workbench.Pages.Administration;

/// <summary>What a unit is to be, as it is typed.</summary>
internal sealed class UnitInput
{
    public string? Name { get; set; }
    /// <summary>One on a line.</summary>
    public string? Sites { get; set; }
    public string? ClosedOn { get; set; }
    public string? Successor { get; set; }
    public string? Mailbox { get; set; }
    public bool Restricted { get; set; }
    public string? Reason { get; set; }
}

/// <summary>The party's units and agreements, and how long the agreements give to answer.</summary>
internal sealed class IndexModel(IAvvikClient client, Places places, PlacesCache cache, Me me, Text text) : PageModel
{
    [BindProperty]
    public UnitInput Input { get; set; } = new();
    /// <summary>The directory's version that the page shows: a colleague's change in between is not overwritten.</summary>
    [BindProperty]
    public int Version { get; set; }
    /// <summary>Whose units; an administrator sees those of any party.</summary>
    [BindProperty(SupportsGet = true, Name = "party")]
    public string? Asked { get; set; }

    public PlaceNames Names { get; private set; } = null!;
    public DirectoryParty? Party => (IsAdmin ? Names.FindParty(Asked) : null) ?? Names.FindParty(me.Organization);
    public DirectoryCommunity? Community => Names.CommunityOf(Party?.OrganizationNumber ?? me.Organization);
    public bool IsAdmin => me.Is(Roles.Admin);
    public IEnumerable<SelectListItem> Parties =>
        Names.Parties.OrderBy(p => p.Name, text.Sorting).Select(p => new SelectListItem(p.Name, p.OrganizationNumber));
    public bool MayChange => me.Is(Roles.Coordinator, Roles.Admin) && Party?.OrganizationNumber == me.Organization;
    public const string NewUnit = "(new)";
    /// <summary>Whose form is open, after it was refused.</summary>
    public string? Open { get; private set; }
    public string? Code => Request.HasFormContentType ? Request.Form["code"] : default(string?);

    public async Task OnGetAsync(CancellationToken ct)
    {
        await ReadAsync(ct);
        Version = Names.Directory.Version;
    }

    public async Task<IActionResult> OnPostAsync(string? code, bool isNew, CancellationToken ct)
    {
        await ReadAsync(ct);
        var party = Party;
        code = code.TrimToNull();
        if (code is null || (isNew && party?.Units.Any(u => u.Code == code) == true))
        {
            ModelState.AddModelError("code", text[code is null ? "administration.codeNeeded" : "administration.codeTaken"]);
            Open = NewUnit;
            return Page();
        }
        try
        {
            await client.ChangeUnitAsync(code, new DirectoryUnitChange
            {
                Name = Input.Name.TrimToNull(),
                Sites = Input.Sites is null ? null : Input.Sites.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
                ClosedOn = Input.ClosedOn.TrimToNull(),
                Successor = Input.Successor.TrimToNull(),
                // The page shows the one there is, so an empty field takes it away.
                Mailbox = Input.Mailbox?.Trim() ?? "",
                Restricted = Input.Restricted,
                Reason = Input.Reason.TrimToNull(),
            }, Version, ct);
            cache.Current = null;
            TempData["notice"] = text[isNew ? "administration.unitAdded" : "administration.unitChanged"];
            return RedirectToPage(new { party = Asked });
        }
        catch (AvvikProblemException problem) when (problem.IsRefusal())
        {
            if (problem.Status == HttpStatusCode.PreconditionFailed) ModelState.AddModelError("", text["administration.directoryChanged"]);
            else ModelState.AddProblem(problem, "Input.");
            Open = isNew ? NewUnit : code;
            cache.Current = null;
            await ReadAsync(ct);
            // What is sent next is about the directory as it stands now; what was typed stays.
            Version = Names.Directory.Version;
            ModelState.Remove("Version");
            return Page();
        }
    }

    private async Task ReadAsync(CancellationToken ct) => Names = await places.GetAsync(ct);
}
