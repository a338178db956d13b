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

/// <summary>A role as it is given.</summary>
internal sealed class RoleInput
{
    public string? Subject { get; set; }
    public string? Name { get; set; }
    public string? Role { get; set; }
    public string? Unit { get; set; }
    public string? From { get; set; }
    public string? To { get; set; }
    public string? Reason { get; set; }
}

/// <summary>Who has which role at the party, since when and why; giving and ending.</summary>
internal sealed class RolesModel(IAvvikClient client, Places places, Me me, Text text) : PageModel
{
    [BindProperty]
    public RoleInput Input { get; set; } = new();
    [BindProperty(SupportsGet = true, Name = "all")]
    public bool All { get; set; }
    [BindProperty(SupportsGet = true, Name = "cursor")]
    public string? Cursor { get; set; }

    public Page<Assignment> Assignments { get; private set; } = null!;
    public PlaceNames Names { get; private set; } = null!;
    public Pager Pager => new(Request, Assignments.NextCursor);

    public IEnumerable<SelectListItem> Roles =>
        [new(text["administration.chooseRole"], ""), .. Vocabulary.Roles.Keys.Select(r => new SelectListItem(text.Code("roles", r), r)).OrderBy(r => r.Text, text.Sorting)];

    public IEnumerable<SelectListItem> Units => [new(text["administration.wholeParty"], ""), .. (Names.FindParty(me.Organization)?.Units ?? [])
        .OrderBy(u => u.Name, text.Sorting).Select(u => new SelectListItem(u.Name, u.Code))];

    public Task OnGetAsync(CancellationToken ct) => ReadAsync(ct);

    public Task<IActionResult> OnPostGiveAsync(CancellationToken ct) => DoAsync("administration.roleGiven", () => client.AssignAsync(new NewAssignment
    {
        Subject = Words(Input.Subject),
        Name = Words(Input.Name),
        Role = Words(Input.Role),
        Unit = Words(Input.Unit),
        From = Words(Input.From),
        To = Words(Input.To),
        Reason = Words(Input.Reason),
    }, ct), ct);

    public Task<IActionResult> OnPostEndAsync(Guid id, string? reason, CancellationToken ct) =>
        DoAsync("administration.roleEnded", () => client.EndAssignmentAsync(id, new EndAssignment { Reason = Words(reason) }, ct), ct);

    private async Task<IActionResult> DoAsync(string done, Func<Task<Assignment>> work, CancellationToken ct)
    {
        try
        {
            await work();
            TempData["notice"] = text[done];
            return RedirectToPage();
        }
        catch (AvvikProblemException problem) when (problem.Status is HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity or HttpStatusCode.Forbidden or HttpStatusCode.BadRequest)
        {
            ModelState.AddProblem(problem, "Input.");
            await ReadAsync(ct);
            return Page();
        }
    }

    private async Task ReadAsync(CancellationToken ct)
    {
        var (names, assignments) = (places.GetAsync(ct), client.ListAssignmentsAsync(new AssignmentQuery { Active = All ? null : true, Cursor = Words(Cursor) }, ct));
        (Names, Assignments) = (await names, await assignments);
    }

    private static string? Words(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
