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
        text.SortedOptions("roles", Vocabulary.Roles.Keys, text["administration.chooseRole"]);

    public IEnumerable<SelectListItem> Units =>
        (Names.FindParty(me.Organization)?.Units ?? []).OrderBy(u => u.Name, text.Sorting).Options(text["administration.wholeParty"]);

    public Task OnGetAsync(CancellationToken ct) => ReadAsync(ct);

    /// <summary>True for whoever can be the second administrator of an assignment.</summary>
    public bool MayConfirm(Assignment assignment) => assignment.Pending && me.Is(Avvik.Contracts.Roles.Admin) && assignment.Subject != me.Subject
        && assignment.AssignedBy != $"{me.Subject}@{me.Organization}";

    public Task<IActionResult> OnPostGiveAsync(CancellationToken ct)
    {
        var role = new NewAssignment
        {
            Subject = Input.Subject.TrimToNull(),
            Name = Input.Name.TrimToNull(),
            Role = Input.Role.TrimToNull(),
            Unit = Input.Unit.TrimToNull(),
            From = Input.From.TrimToNull(),
            To = Input.To.TrimToNull(),
            Reason = Input.Reason.TrimToNull(),
        };
        return DoAsync(given => given.Pending ? "administration.rolePending" : "administration.roleGiven", () => client.AssignAsync(role, ct), ct);
    }

    public Task<IActionResult> OnPostEndAsync(Guid id, string? reason, CancellationToken ct) =>
        DoAsync(_ => "administration.roleEnded", () => client.EndAssignmentAsync(id, new EndAssignment { Reason = reason.TrimToNull() }, ct), ct);

    public Task<IActionResult> OnPostConfirmAsync(Guid id, CancellationToken ct) =>
        DoAsync(_ => "administration.roleGiven", () => client.ConfirmAssignmentAsync(id, ct), ct);

    private async Task<IActionResult> DoAsync(Func<Assignment, string> done, Func<Task<Assignment>> work, CancellationToken ct)
    {
        try
        {
            TempData["notice"] = text[done(await work())];
            return RedirectToPage();
        }
        catch (AvvikProblemException problem) when (problem.IsRefusal() || problem.Status == HttpStatusCode.Forbidden)
        {
            ModelState.AddProblem(problem, "Input.");
            await ReadAsync(ct);
            return Page();
        }
    }

    private async Task ReadAsync(CancellationToken ct)
    {
        var (names, assignments) = (
            places.GetAsync(ct),
            client.ListAssignmentsAsync(new AssignmentQuery { Active = All ? null : true, Cursor = Cursor.TrimToNull() }, ct));
        (Names, Assignments) = (await names, await assignments);
    }
}
