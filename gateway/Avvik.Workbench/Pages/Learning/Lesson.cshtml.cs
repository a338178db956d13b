using System.Net;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Workbench.Access;
using Avvik.Workbench.Components;
using Avvik.Workbench.Gateway;
using Avvik.Workbench.Pages.Statistics;
using Avvik.Workbench.Texts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Avvik.Workbench.Pages.Learning;

/// <summary>A lesson on one page, as it is read, approved and printed.</summary>
internal sealed class LessonModel(IAvvikClient client, Places places, Browser.Choices choices, Me me, Text text) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public Guid Id { get; set; }

    public Lesson Lesson { get; private set; } = null!;
    public PlaceNames Names { get; private set; } = null!;
    /// <summary>Deviations of the lesson's category in the community, from the quarter before it to the newest frozen one.</summary>
    public IReadOnlyList<(string Quarter, Figure Count)> Afterwards { get; private set; } = [];
    public string Show(Figure? figure) => figure.Show(choices.Culture);

    public bool MayApprove => Lesson is { State: "proposed", Origin: { } origin } && me.Is(Roles.Coordinator, Roles.LearningEditor)
        && !origin.ApprovedBy.Contains(me.Organization, StringComparer.Ordinal);

    /// <summary>Either party alone takes a lesson back: its words are erased, and the case keeps who did it and why.</summary>
    public bool MayWithdraw => Lesson.Origin is not null && me.Is(Roles.Coordinator, Roles.LearningEditor);
    [BindProperty]
    public string? Reason { get; set; }
    public bool IsWithdrawing { get; private set; }

    public async Task<IActionResult> OnPostWithdrawAsync(int version, CancellationToken ct)
    {
        try
        {
            await client.WithdrawLessonAsync(Id, version, new WithdrawLesson { Reason = Reason.TrimToNull() }, ct);
            TempData["notice"] = text["learning.withdrawn"];
            return RedirectToPage("Index");
        }
        catch (AvvikProblemException problem) when (problem.IsRefusal())
        {
            IsWithdrawing = true;
            ModelState.AddProblem(problem, "", ReasonField);
            await ReadAsync(ct);
            return Page();
        }
    }

    private static readonly Dictionary<string, string> ReasonField = new(StringComparer.Ordinal) { ["/reason"] = nameof(Reason) };

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
        if (Lesson.State == "approved") Afterwards = await ReadAfterwardsAsync(ct);
    }

    private async Task<IReadOnlyList<(string Quarter, Figure Count)>> ReadAfterwardsAsync(CancellationToken ct)
    {
        if (!Choice.IsQuarter(Lesson.Quarter)) return [];
        var first = Choice.FirstDay(Lesson.Quarter).AddMonths(-3);
        try
        {
            var answer = await client.GetStatisticsAsync(
                new StatisticsQuery { Scope = "community", From = first, To = text.Today, By = ["quarter"], Category = [Lesson.Category] }, ct);
            return [.. answer.Rows.Select(r => (r.Dimensions!["quarter"].ToString(), r.Count)).OrderBy(r => r.Item1, StringComparer.Ordinal)];
        }
        // Those without figures, and times of which nothing is frozen, have the lesson alone.
        catch (AvvikProblemException problem) when (problem.IsRefusal() || problem.Status is HttpStatusCode.Forbidden or HttpStatusCode.NotFound) { return []; }
    }
}
