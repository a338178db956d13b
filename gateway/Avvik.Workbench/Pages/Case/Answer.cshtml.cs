using System.Net;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Workbench.Access;
using Avvik.Workbench.Browser;
using Avvik.Workbench.Components;
using Avvik.Workbench.Gateway;
using Avvik.Workbench.Persistence;
using Avvik.Workbench.Texts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Avvik.Workbench.Pages.Case;

/// <summary>A measure as it is typed.</summary>
internal sealed class MeasureInput
{
    public string? Description { get; set; }
    public string? Owner { get; set; }
    public string? DueDate { get; set; }

    public bool IsEmpty => string.IsNullOrWhiteSpace(Description) && string.IsNullOrWhiteSpace(Owner) && string.IsNullOrWhiteSpace(DueDate);
}

/// <summary>An answer as it is typed, and what a coordinator closes the case with in the same step.</summary>
internal sealed class AnswerInput
{
    public string? Text { get; set; }
    public List<string> ContributingFactors { get; set; } = [];
    public List<MeasureInput> Measures { get; set; } = [];
    public string? NoMeasuresReason { get; set; }
    public bool Close { get; set; }
    public string? LessonTitle { get; set; }
    public string? LessonWhy { get; set; }
    public string? LessonWhoShouldKnow { get; set; }

    public bool HasLesson => !string.IsNullOrWhiteSpace(LessonTitle);
}

/// <summary>Answers a case: what happened, why, what changes; a coordinator may close it and propose the lesson in the same step.</summary>
[KeepsDraft]
internal sealed class AnswerModel(IAvvikClient client, Places places, Drafts drafts, Me me, Text text) : PageModel
{
    private const int MeasureRows = 2, MostMeasures = 20;

    private static readonly Dictionary<string, string> FieldNames = new(StringComparer.Ordinal)
    {
        ["/text"] = "Input.Text",
        ["/contributingFactors"] = "Input.ContributingFactors",
        ["/measures"] = "Input.NoMeasuresReason",
        ["/noMeasuresReason"] = "Input.NoMeasuresReason",
        ["/seriousIncidentNotice/notified"] = "Input.Notified",
        ["/title"] = "Input.LessonTitle",
        ["/why"] = "Input.LessonWhy",
        ["/whoShouldKnow"] = "Input.LessonWhoShouldKnow",
        ["/whatHappened"] = "Input.Text",
        ["/whatWeChanged"] = "Input.Text",
    };

    [BindProperty(SupportsGet = true)]
    public Guid Id { get; set; }
    [BindProperty]
    public AnswerInput Input { get; set; } = new();
    [BindProperty(Name = "Notice")]
    public ActionInput NoticeInput { get; set; } = new();
    [BindProperty]
    public int Version { get; set; }

    public CaseDetails Details { get; private set; } = null!;
    public PlaceNames Names { get; private set; } = null!;
    public Conflict? Conflict { get; private set; }
    public bool MayClose => me.Is(Roles.Coordinator);
    public bool NeedsNotice => Details.SeriousIncident is { Notice: null };
    /// <summary>The party whose answer is entered, when it does not use Avvik.</summary>
    public string? OnBehalfOf => Details.Letter is not null && Details.Case.RespondentOrganization != me.Organization
        ? Names.Party(Details.Case.RespondentOrganization) : null;
    private string Form => $"answer/{Id}";

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        await ReadAsync(ct);
        if (!Details.AllowedActions.Contains("answer", StringComparer.Ordinal)) return Redirect($"/case/{Id}");
        Input = (await drafts.FindAsync<AnswerInput>(Form, ct))?.Content ?? new();
        AddRows();
        Version = Details.Case.Version;
        return Page();
    }

    /// <summary>Kept as it is typed, so that a lost connection or a time-out takes nothing.</summary>
    public async Task<IActionResult> OnPostKeepAsync(CancellationToken ct)
    {
        await drafts.SaveAsync(Form, Input, ct);
        if (Request.IsHtmx()) return new NoContentResult();
        TempData["notice"] = text["case.draftKept"];
        return RedirectToPage(new { id = Id });
    }

    public async Task<IActionResult> OnPostMoreAsync(CancellationToken ct)
    {
        await drafts.SaveAsync(Form, Input, ct);
        await ReadAsync(ct);
        if (Input.Measures.Count < MostMeasures) Input.Measures.Add(new());
        AddRows();
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        await drafts.SaveAsync(Form, Input, ct);
        var measures = Input.Measures.Where(m => !m.IsEmpty).ToList();
        // Before anything is sent: what would be refused after the answer is given could not be undone.
        if (Input.Close && Input.HasLesson && string.IsNullOrWhiteSpace(Input.LessonWhy))
            ModelState.AddModelError("Input.LessonWhy", text["case.lessonWhyNeeded"]);
        if (Input.Close && Input.HasLesson && string.IsNullOrWhiteSpace(Input.LessonWhoShouldKnow))
            ModelState.AddModelError("Input.LessonWhoShouldKnow", text["case.lessonWhoNeeded"]);
        if (!ModelState.IsValid) return await AgainAsync(null, ct);
        try
        {
            var answered = await client.ActAsync(Id, Version, "answer", new CaseAction
            {
                Text = Input.Text.TrimToNull(),
                ContributingFactors = Input.ContributingFactors,
                Measures = [.. measures.Select(m => new Measure
                {
                    Description = m.Description.TrimToNull(),
                    Owner = m.Owner.TrimToNull(),
                    DueDate = m.DueDate.TrimToNull(),
                })],
                NoMeasuresReason = Input.NoMeasuresReason.TrimToNull(),
                SeriousIncidentNotice = NoticeInput.Notice,
            }, ct);
            await drafts.DeleteAsync(Form, ct);
            TempData["notice"] = text.Warned(await CloseAsync(answered, measures, ct), answered);
            return Redirect($"/case/{Id}");
        }
        catch (AvvikProblemException problem) when (problem.IsRefusal())
        {
            return await AgainAsync(problem, ct);
        }
    }

    /// <summary>The answer is stored; if closing or the lesson is refused, the notice says so, and it can be done on the case's own page.</summary>
    private async Task<string> CloseAsync(CaseDetails answered, List<MeasureInput> measures, CancellationToken ct)
    {
        if (!Input.Close || !MayClose) return text["case.done.answer"];
        try
        {
            await client.ActAsync(Id, answered.Case.Version, "close", new CaseAction(), ct);
            if (!Input.HasLesson) return text["case.done.answerAndClose"];
            await client.ProposeLessonAsync(Id, new LessonDraft
            {
                Title = Input.LessonTitle.TrimToNull(),
                WhatHappened = Input.Text.TrimToNull(),
                Why = Input.LessonWhy.TrimToNull(),
                WhatWeChanged = measures.Count > 0 ? string.Join("\n", measures.Select(m => m.Description)) : Input.NoMeasuresReason.TrimToNull(),
                WhoShouldKnow = Input.LessonWhoShouldKnow.TrimToNull(),
            }, ct);
            return text["case.done.answerCloseAndLesson"];
        }
        catch (AvvikProblemException problem) when ((int)problem.Status is >= 400 and < 500)
        {
            return text["case.done.answerOnly", problem.Title ?? ""];
        }
    }

    private async Task<IActionResult> AgainAsync(AvvikProblemException? problem, CancellationToken ct)
    {
        await ReadAsync(ct);
        if (problem?.Status == HttpStatusCode.PreconditionFailed)
        {
            var last = Details.Timeline.LastOrDefault(e => e.Version > Version) ?? Details.Timeline[^1];
            Conflict = new Conflict(
                last.Organization is null ? text["case.theSystem"] : last.Actor ?? Names.Party(last.Organization), last.At,
                [
                    new(text["case.whatYouDid"], null, text.Code("caseEvents", last.Action), text["case.action.answer"]),
                    new(text["case.state"], null, text.Code("caseStates", Details.Case.State), null),
                    new(text["case.answer"], null, Details.Answer?.Text, Input.Text),
                ]);
        }
        else if (problem is not null) ModelState.AddProblem(problem, "Input.", FieldNames);
        Version = Details.Case.Version;
        ModelState.Remove("Version");
        AddRows();
        return Page();
    }

    private async Task ReadAsync(CancellationToken ct)
    {
        var (names, details) = (places.GetAsync(ct), client.GetCaseAsync(Id, ct));
        (Names, Details) = (await names, await details);
    }

    private void AddRows()
    {
        while (Input.Measures.Count < MeasureRows) Input.Measures.Add(new());
    }
}
