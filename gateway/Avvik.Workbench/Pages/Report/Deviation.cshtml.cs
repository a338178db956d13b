using System.Net;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Workbench.Access;
using Avvik.Workbench.Components;
using Avvik.Workbench.Gateway;
using Avvik.Workbench.Texts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Avvik.Workbench.Pages.Report;

/// <summary>One report as the one who sent it sees it: what came of it, and what one can do.</summary>
internal sealed class DeviationModel(IAvvikClient client, Places places, Text text, Me me, TimeProvider clock) : PageModel
{
    [BindProperty]
    public string? Words { get; set; }

    [BindProperty]
    public string? Reason { get; set; }

    /// <summary>More patients, one number a line; shown again only as what was wrong with it.</summary>
    [BindProperty]
    public string? Numbers { get; set; }

    public Deviation Deviation { get; private set; } = null!;
    public CaseDetails? Case { get; private set; }
    public PlaceNames Names { get; private set; } = null!;
    public IReadOnlyList<TimelineItem> Timeline { get; private set; } = [];
    public bool Changed { get; private set; }
    /// <summary>Which of the folded forms was refused, and is to be open.</summary>
    public string? OpenForm { get; private set; }

    public bool IsOpen => Deviation.State is not ("answered" or "submitted") && !CaseStates.IsFinal(Deviation.State);
    public DateTimeOffset? DueAt => Deviation.Case?.DueAt;
    public bool Overdue => IsOpen && DueAt < clock.GetUtcNow();
    /// <summary>Who reported it, when a coordinator has just opened that.</summary>
    public Reporter? Reporter { get; private set; }
    public bool MayOpenReporter => me.Is(Roles.Coordinator) && Deviation.Submission.Reporter is { Confidential: true, Name: null, HprNumber: null };
    public bool CanAddPatients => !CaseStates.IsFinal(Deviation.State);
    public bool CanWithdraw => !CaseStates.IsFinal(Deviation.State) && Deviation.State is not (CaseStates.Answered or CaseStates.Disputed)
        && Case?.Answer is null;
    public string? Question => Deviation.State == CaseStates.AwaitingReporter
        ? Case?.Question ?? Deviation.Timeline.LastOrDefault(t => t.Event == "asked")?.Text ?? text["report.questionUnknown"]
        : null;
    public string OccurredOn =>
        DateOnly.TryParse(Deviation.Submission.OccurredAt?.Split('T')[0], System.Globalization.CultureInfo.InvariantCulture, out var day)
        ? text.Day(day) : "";
    /// <summary>Which sentence says what the state means for the reporter.</summary>
    public string Meaning => text.Has($"report.means.{Deviation.State}") ? Deviation.State : "other";

    public bool Can(string action) => Case?.AllowedActions.Contains(action, StringComparer.Ordinal) == true;

    public Task OnGetAsync(Guid id, CancellationToken ct) => LoadAsync(id, ct);

    public Task<IActionResult> OnPostMessageAsync(Guid id, CancellationToken ct) => DoAsync(id, "message", "report.messageSent", async () =>
        await client.WriteMessageAsync(id, Words.ReplaceLineEndingsOrEmpty(), ct), ct);

    public Task<IActionResult> OnPostPatientsAsync(Guid id, CancellationToken ct) => DoAsync(id, "patients", "report.patientsAdded", async () =>
        await client.AddPatientsAsync(id, new AddPatients { Patients = PatientList.Read(Numbers) }, ct), ct);

    public Task<IActionResult> OnPostWithdrawAsync(Guid id, CancellationToken ct) => DoAsync(id, "withdraw", "report.withdrawn", async () =>
        await client.WithdrawAsync(id, new WithdrawDeviation { Reason = Reason?.ReplaceLineEndings("\n").TrimToNull() }, ct), ct);

    public Task<IActionResult> OnPostAcceptAsync(Guid id, int version, CancellationToken ct) => DoAsync(id, "accept", "report.accepted", async () =>
        await client.ActAsync(id, version, "accept", new CaseAction(), ct), ct);

    public Task<IActionResult> OnPostDisputeAsync(Guid id, int version, CancellationToken ct) => DoAsync(id, "dispute", "report.disputed", async () =>
        await client.ActAsync(id, version, "dispute", new CaseAction { Reason = Reason.ReplaceLineEndingsOrEmpty() }, ct), ct);

    /// <summary>The confidential reporter's name is shown in this one answer and kept nowhere.</summary>
    public async Task<IActionResult> OnPostOpenReporterAsync(Guid id, CancellationToken ct)
    {
        try { Reporter = await client.OpenReporterAsync(id, new OpenEnvelope { Purpose = "contactReporter" }, ct); }
        catch (AvvikProblemException problem) when (problem.IsRefusal()) { ModelState.AddProblem(problem); }
        await LoadAsync(id, ct);
        Response.Headers.CacheControl = "no-store";
        return Page();
    }

    private async Task<IActionResult> DoAsync(Guid id, string form, string done, Func<Task<WrittenAnswer>> action, CancellationToken ct)
    {
        ModelState.Clear();
        try
        {
            TempData["notice"] = text.Warned(text[done], await action());
            return RedirectToPage(new { id });
        }
        catch (AvvikProblemException problem) when (problem.IsRefusal())
        {
            OpenForm = form;
            Changed = problem.Status == HttpStatusCode.PreconditionFailed;
            if (!Changed)
                ModelState.AddProblem(problem, names: PatientErrors.Named(problem, new Dictionary<string, string>(StringComparer.Ordinal)
                { ["/text"] = "Words", ["/reason"] = "Reason", ["/patients"] = "Numbers" }, "Numbers"));
            Response.StatusCode = (int)problem.Status == 400 ? StatusCodes.Status422UnprocessableEntity : (int)problem.Status;
            await LoadAsync(id, ct);
            return Page();
        }
    }

    private async Task LoadAsync(Guid id, CancellationToken ct)
    {
        Deviation = await client.GetDeviationAsync(id, ct);
        Names = await places.GetAsync(ct);
        if (Deviation.Case is not null)
        {
            // It may have been routed a moment ago, and not be there yet.
            try { Case = await client.GetCaseAsync(id, ct); }
            catch (AvvikProblemException problem) when (problem.Status is HttpStatusCode.NotFound or HttpStatusCode.Forbidden) { Case = null; }
        }
        Timeline = [.. Deviation.Timeline.Select(t => new TimelineItem(t.At, text.Code("caseEvents", t.Event),
            t.Organization is null ? null : Names.Party(t.Organization), t.Text))];
    }
}
