using Avvik.Client;
using Avvik.Contracts;
using Avvik.Workbench.Access;
using Avvik.Workbench.Gateway;
using Avvik.Workbench.Texts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Avvik.Workbench.Pages.Learning;

/// <summary>A lesson on one page, as it is read, approved and printed.</summary>
internal sealed class LessonModel(IAvvikClient client, Places places, Me me, Text text) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public Guid Id { get; set; }

    public Lesson Lesson { get; private set; } = null!;
    public PlaceNames Names { get; private set; } = null!;

    public bool MayApprove => Lesson is { State: "proposed", Origin: { } origin } && me.Is(Roles.Coordinator, Roles.LearningEditor)
        && !origin.ApprovedBy.Contains(me.Organization, StringComparer.Ordinal);

    public Task OnGetAsync(CancellationToken ct) => ReadAsync(ct);

    public async Task<IActionResult> OnPostApproveAsync(int version, CancellationToken ct)
    {
        try
        {
            var approved = await client.ApproveLessonAsync(Id, version, ct);
            TempData["notice"] = text[approved.State == "approved" ? "learning.nowApproved" : "learning.approvedByUs"];
            return RedirectToPage(new { id = Id });
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
        var (names, lesson) = (places.GetAsync(ct), client.GetLessonAsync(Id, ct));
        (Names, Lesson) = (await names, await lesson);
    }
}
