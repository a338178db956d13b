using System.Net;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Calendar;
using Avvik.Workbench.Access;
using Avvik.Workbench.Components;
using Avvik.Workbench.Gateway;
using Avvik.Workbench.Texts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.Rendering;

namespace Avvik.Workbench.Pages.Case;

/// <summary>The case as the page showed it, to show what a colleague has changed since.</summary>
internal sealed class Seen
{
    public int Version { get; set; }
    public string? State { get; set; }
    public string? Unit { get; set; }
    public string? Category { get; set; }
    public string? Harm { get; set; }
    public DateTimeOffset? DueAt { get; set; }
    public string? Answer { get; set; }

    public static Seen Of(CaseDetails details) => new()
    {
        Version = details.Case.Version,
        State = details.Case.State,
        Unit = details.Case.Unit,
        Category = details.Case.Category,
        Harm = details.Case.ActualHarm,
        DueAt = details.Case.DueAt,
        Answer = details.Answer?.Text,
    };
}

/// <summary>The words and choices of any action; which ones an action has is in the page.</summary>
internal sealed class ActionInput
{
    public string? Reason { get; set; }
    public string? Unit { get; set; }
    public string? Question { get; set; }
    public string? Decision { get; set; }
    public string? Category { get; set; }
    public string? Clause { get; set; }
    public string? ActualHarm { get; set; }
    public List<string> PatientGroups { get; set; } = [];
    public string? Notified { get; set; }
    public string? NoticeReference { get; set; }
    public string? NoticeReason { get; set; }
    public string? Text { get; set; }
    /// <summary>The reference of another case: people know no id.</summary>
    public string? OtherCase { get; set; }
    public string? OccurredOn { get; set; }
    public string? Site { get; set; }
    public string? Organization { get; set; }
    public string? ReasonCode { get; set; }
    public string? Informed { get; set; }
    public string? InformedWho { get; set; }
    public string? InformedOn { get; set; }
    public string? InformedBy { get; set; }
    public string? View { get; set; }
    public string? SentOn { get; set; }
    public string? Channel { get; set; }
    public int? PatientsAffected { get; set; }
    /// <summary>What is to be struck from every text.</summary>
    public string? Passage { get; set; }

    /// <summary>As the API takes it: only what the action has a use for.</summary>
    /// <param name="action">The action.</param>
    /// <param name="otherCase">The case that <see cref="OtherCase"/> is the reference of.</param>
    public CaseAction For(string action, Guid? otherCase = null) => action switch
    {
        "return" => new() { Reason = Reason.TrimToNull(), SuggestedUnit = Unit.TrimToNull() },
        "transfer" => new() { Reason = Reason.TrimToNull(), Unit = Unit.TrimToNull() },
        "ask" => new() { Question = Question.TrimToNull() },
        "resolve" => new() { Decision = Decision.TrimToNull() },
        "accept" => new() { SeriousIncidentNotice = Notice },
        "close" => new() { Decision = Decision.TrimToNull(), SeriousIncidentNotice = Notice },
        "dispute" or "escalate" or "reopen" or "enter-in-error" or "unlink" => new() { Reason = Reason.TrimToNull() },
        "thank" => new() { Text = Text.TrimToNull() },
        "merge" or "link" => new() { Reason = Reason.TrimToNull(), OtherCase = otherCase },
        "hand-over" => new() { Reason = Reason.TrimToNull(), Organization = Organization.TrimToNull() },
        "record-letter" => new() { SentOn = SentOn.TrimToNull(), Channel = Channel.TrimToNull() },
        "reject" => new() { Reason = Reason.TrimToNull(), ReasonCode = ReasonCode.TrimToNull() },
        "record-patient-information" => new()
        {
            PatientInformation = new()
            {
                Informed = Informed.TrimToNull(),
                Who = InformedWho.TrimToNull(),
                On = InformedOn.TrimToNull(),
                By = InformedBy.TrimToNull(),
                ReasonCode = ReasonCode.TrimToNull(),
                View = View.TrimToNull(),
            },
        },
        "reclassify" => new()
        {
            Reason = Reason.TrimToNull(),
            Category = Category.TrimToNull(),
            Clause = Clause.TrimToNull(),
            ActualHarm = ActualHarm.TrimToNull(),
            OccurredAt = OccurredOn.TrimToNull(),
            Site = Site.TrimToNull(),
            PatientsAffected = PatientsAffected,
            PatientGroups = PatientGroups.Count > 0 ? PatientGroups : null,
        },
        _ => new(),
    };

    public SeriousIncidentNotice? Notice => Notified.TrimToNull() is { } notified
        ? new() { Notified = notified, Reference = NoticeReference.TrimToNull(), Reason = NoticeReason.TrimToNull() }
        : null;
}

/// <summary>One case, the same for both parties, and what one may do with it now.</summary>
internal sealed class IndexModel(IAvvikClient client, Places places, Me me, Text text) : PageModel
{
    /// <summary>In the order of the work; answering has its own page.</summary>
    public static readonly string[] Actions =
        ["record-letter", "acknowledge", "start", "thank", "accept", "ask", "transfer", "return", "dispute", "resolve", "close", "escalate",
            "record-patient-information", "reclassify", "reopen", "hand-over", "reject", "merge", "link", "unlink", "enter-in-error"];

    private static readonly Dictionary<string, string> FieldNames = new(StringComparer.Ordinal)
    {
        ["/suggestedUnit"] = "Input.Unit",
        ["/occurredAt"] = "Input.OccurredOn",
        ["/patientInformation/informed"] = "Input.Informed",
        ["/patientInformation/who"] = "Input.InformedWho",
        ["/patientInformation/on"] = "Input.InformedOn",
        ["/patientInformation/by"] = "Input.InformedBy",
        ["/patientInformation/reasonCode"] = "Input.ReasonCode",
        ["/patientInformation/view"] = "Input.View",
        ["/seriousIncidentNotice/notified"] = "Input.Notified",
        ["/seriousIncidentNotice/reference"] = "Input.NoticeReference",
        ["/seriousIncidentNotice/reason"] = "Input.NoticeReason",
    };

    [BindProperty(SupportsGet = true)]
    public Guid Id { get; set; }
    [BindProperty]
    public ActionInput Input { get; set; } = new();
    [BindProperty]
    public Seen Seen { get; set; } = new();
    [BindProperty]
    public string? Purpose { get; set; }

    /// <summary>Whose form is open, after it was refused.</summary>
    public string? Open { get; private set; }
    public CaseDetails Details { get; private set; } = null!;
    public SimilarCases Similar { get; private set; } = new([], []);
    public PlaceNames Names { get; private set; } = null!;
    /// <summary>Those whose envelopes were just opened, and where the next ones begin.</summary>
    public Page<Patient>? Patients { get; private set; }
    public Conflict? Conflict { get; private set; }
    public Me Me => me;
    public CaseRow Case => Details.Case;

    public bool IsOurs => Case.RespondentOrganization == me.Organization;
    /// <summary>True for whoever writes to a party that does not use Avvik, and enters what it answers.</summary>
    public bool ActsForThem => Details.Letter is not null && !IsOurs && Names.IsWithoutAvvik(Case.RespondentOrganization, text.Today)
        && me.Is(Roles.Coordinator, Roles.UnitLeader);
    public bool IsWaiting => Deadline.IsWaitedFor(Case.State);
    public bool NeedsNotice => Details.SeriousIncident is { Notice: null };
    /// <summary>It is shown to whoever is about to close the case.</summary>
    public bool AwaitsPatientInformation(string action) => action is "accept" or "close" && Details.AwaitsPatientInformation;
    public bool May(string action) => Details.AllowedActions.Contains(action, StringComparer.Ordinal);
    /// <summary>Those who handle the case, and coordinators of the party that reported it; the one who reported it goes there from the report.</summary>
    public bool MayNotify => me.Is(Roles.Coordinator) && (me.Organization == Case.ReporterOrganization || Case.State is "disputed" or "escalated")
        || IsOurs && me.Is(Roles.Handler, Roles.UnitLeader) && me.Acting.Unit == Case.Unit;
    public bool MayRedact => me.Is(Roles.Coordinator);
    /// <summary>The report as it was sent is for the party that sent it.</summary>
    public bool MaySeeReport => me.Is(Roles.Coordinator) && me.Organization == Details.Case.ReporterOrganization;
    public bool MayOpenEnvelope => Details.HasPatient && me.Is(Roles.Handler, Roles.Coordinator, Roles.UnitLeader, Roles.Reporter);

    /// <summary>What the reporter said besides, where they did.</summary>
    public IEnumerable<(string Label, string Value)> Reported => new (string Label, string? Value)[]
    {
        ("case.discovered", Details.DiscoveredAt is { } at ? text.Time(at) : null),
        ("case.site", Details.Site),
        ("case.unknownSite", Details.UnknownSite),
        ("case.reportingUnit", Details.ReportingUnit is null ? null : Names.Unit(Details.ReportingUnit)),
        ("case.profession", Details.ReporterProfession),
        ("case.patientMunicipality", Details.PatientMunicipality is { } number ? Names.Parties.FirstOrDefault(p => p.Number == number)?.Name ?? number : null),
        ("case.affectedMessage", Word("messageTypes", Details.AffectedMessage)),
        ("case.difference", Word("differences", Details.Difference)),
        ("case.messageId", Details.MessageId),
        ("case.patientsAffected", Case.PatientsAffected is { } affected ? text.Number(affected) : null),
        ("case.potentialHarm", Word("harm", Details.PotentialHarm)),
        ("case.likelihood", Word("likelihood", Details.Likelihood)),
    }.Where(r => !string.IsNullOrEmpty(r.Value)).Select(r => (r.Label, r.Value!));

    /// <summary>Who was told by whom and when, or why nobody was.</summary>
    public string WordsOf(PatientInformation i) => string.Join(", ", new[]
    {
        Word("informedPersons", i.Who),
        i.On is { } on ? text.Day(LocalDay.Of(on)) : null,
        i.By,
        Word("notInformedReasons", i.ReasonCode),
    }.OfType<string>());

    /// <summary>Why an envelope may be opened.</summary>
    public IEnumerable<SelectListItem> Purposes => text.Options("accessPurposes", Vocabulary.AccessPurposes.Keys, text["case.choosePurpose"]);

    /// <summary>What a measure can become.</summary>
    public static IReadOnlyList<string> StatesAfter(string measureState) => measureState switch
    {
        "planned" => ["inProgress", "done", "cancelled"],
        "inProgress" => ["done", "cancelled"],
        _ => ["effectChecked"],
    };

    public IEnumerable<TimelineItem> Timeline => Details.Timeline.Select(e => new TimelineItem(e.At, text.Code("caseEvents", e.Action), Who(e), e.Text));

    public IEnumerable<(string Action, string Why)> Refused => Details.RefusedActions
        .Select(r => (r.Action, r.Code == ProblemCodes.ActionNotAllowed ? text["case.why.state", text.Code("caseStates", Case.State)]
            : text[$"case.why.{r.Code}"]));

    /// <summary>The clauses that it can be judged by.</summary>
    public IEnumerable<AgreementClause> Clauses => Names.Clauses(Case.Community, Details.Agreement?.Code, Details.OccurredOn);

    /// <summary>Where the case can go inside the party that has it.</summary>
    public IEnumerable<SelectListItem> OtherUnits(string none) =>
        Names.OpenUnits(Case.RespondentOrganization, text).Where(u => u.Code != Case.Unit).Options(none);

    /// <summary>Parties that can have the case instead: not the one that has it, nor the one that reported it.</summary>
    public IEnumerable<SelectListItem> OtherParties => Names.Parties
        .Where(p => p.OrganizationNumber != Case.RespondentOrganization && p.OrganizationNumber != Case.ReporterOrganization)
        .OrderBy(p => p.Name, text.Sorting).Select(p => new SelectListItem(p.Name, p.OrganizationNumber))
        .Prepend(new SelectListItem(text["case.chooseParty"], ""));

    /// <summary>The case that seems to be of the same event.</summary>
    public string? Suggested => Details.SuggestedLinks.Count > 0 ? Details.SuggestedLinks[0].Reference : null;

    /// <summary>The places of the party that has the case.</summary>
    public IEnumerable<SelectListItem> Sites => Names.OpenUnits(Case.RespondentOrganization, text).SelectMany(u => u.Sites)
        .Order(text.Sorting).Select(s => new SelectListItem(s, s)).Prepend(new SelectListItem(text["case.unchanged"], ""));

    public async Task OnGetAsync(CancellationToken ct)
    {
        await ReadAsync(ct);
        Seen = Seen.Of(Details);
    }

    public async Task<IActionResult> OnPostActAsync(string action, CancellationToken ct)
    {
        if (!Actions.Contains(action, StringComparer.Ordinal)) return NotFound();
        try
        {
            var other = Input.OtherCase.TrimToNull() is { } reference && action is ("merge" or "link") ? await FindAsync(reference, ct) : null;
            if (other is null && action is ("merge" or "link"))
            {
                Open = action;
                await ReadAsync(ct);
                ModelState.AddModelError("Input.OtherCase", text["case.noSuchCase"]);
                return Page();
            }
            var answer = await client.ActAsync(Id, Seen.Version, action, Input.For(action, other), ct);
            TempData["notice"] = text.Warned(text[$"case.done.{action}"], answer);
            // What another party or unit has now is no page of ours.
            return answer is null ? Redirect("/worklist") : RedirectToPage(new { id = Id });
        }
        catch (AvvikProblemException problem) when (problem.IsRefusal())
        {
            Open = action;
            await ReadAsync(ct);
            if (problem.Status == HttpStatusCode.PreconditionFailed) Conflict = ConflictWith(action);
            else ModelState.AddProblem(problem, "Input.", FieldNames);
            // What is sent next is about the case as it stands now; what was typed stays.
            Seen = Seen.Of(Details);
            ModelState.Remove("Seen.Version");
            return Page();
        }
    }

    /// <summary>Strikes a passage from every text of the case, in every service; the page shows it a moment later.</summary>
    public async Task<IActionResult> OnPostRedactAsync(CancellationToken ct)
    {
        try
        {
            await client.RedactAsync(Id, new RedactText { Passage = Input.Passage.TrimToNull(), Reason = Input.Reason.TrimToNull() }, ct);
            TempData["notice"] = text["case.done.redact"];
            return RedirectToPage(new { id = Id });
        }
        catch (AvvikProblemException problem) when (problem.IsRefusal())
        {
            Open = "redact";
            ModelState.AddProblem(problem, "Input.", FieldNames);
            await ReadAsync(ct);
            Seen = Seen.Of(Details);
            return Page();
        }
    }

    public async Task<IActionResult> OnPostMeasureAsync(Guid measureId, string state, string? note, CancellationToken ct)
    {
        try
        {
            var answer = await client.ChangeMeasureAsync(Id, Seen.Version, measureId, new MeasureChange { State = state, Note = note.TrimToNull() }, ct);
            TempData["notice"] = text.Warned(text["case.measureChanged"], answer);
            return RedirectToPage(new { id = Id });
        }
        catch (AvvikProblemException problem) when (problem.IsRefusal())
        {
            await ReadAsync(ct);
            if (problem.Status == HttpStatusCode.PreconditionFailed) Conflict = ConflictWith(null);
            else ModelState.AddProblem(problem);
            Seen = Seen.Of(Details);
            ModelState.Remove("Seen.Version");
            return Page();
        }
    }

    /// <summary>The patient's identity is shown in this one answer and kept nowhere.</summary>
    public async Task<IActionResult> OnPostOpenEnvelopeAsync(string? cursor, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(Purpose)) ModelState.AddModelError("Purpose", text["case.purposeNeeded"]);
        else
        {
            try
            {
                Patients = await client.OpenEnvelopesAsync(Id, new OpenEnvelope { Purpose = Purpose }, cursor.TrimToNull(), ct);
            }
            catch (AvvikProblemException problem) when (problem.Status is HttpStatusCode.NotFound or HttpStatusCode.Gone or HttpStatusCode.Forbidden)
            {
                ModelState.AddModelError("Purpose", problem.Status == HttpStatusCode.Gone ? text["case.envelopeErased"] : text["case.envelopeNotForYou"]);
            }
        }
        await ReadAsync(ct);
        Seen = Seen.Of(Details);
        Response.Headers.CacheControl = "no-store";
        return Page();
    }

    private async Task<Guid?> FindAsync(string reference, CancellationToken ct) =>
        (await client.ListCasesAsync(new() { Q = reference }, ct)).Items.FirstOrDefault(c => c.Reference == reference)?.Id;

    private async Task ReadAsync(CancellationToken ct)
    {
        var (names, details, similar) = (places.GetAsync(ct), client.GetCaseAsync(Id, ct), client.ListSimilarAsync(Id, ct));
        Details = await details;
        Similar = await similar;
        Names = await names;
    }

    private string? Who(CaseEvent e) =>
        e.Organization is null ? null : e.Actor is null ? Names.Party(e.Organization) : $"{Names.Party(e.Organization)} ({e.Actor})";

    private Conflict ConflictWith(string? action)
    {
        var last = Details.Timeline.LastOrDefault(e => e.Version > Seen.Version) ?? Details.Timeline[^1];
        ConflictField?[] fields =
        [
            Differs("case.state", Word("caseStates", Seen.State), Word("caseStates", Case.State)),
            Differs("case.unit", Names.Unit(Seen.Unit), Names.Unit(Case.Unit), Input.Unit.TrimToNull() is { } unit ? Names.Unit(unit) : null),
            Differs("case.category", Word("categories", Seen.Category), Word("categories", Case.Category), Word("categories", Input.Category.TrimToNull())),
            Differs("case.harm", Word("harm", Seen.Harm), Word("harm", Case.ActualHarm), Word("harm", Input.ActualHarm.TrimToNull())),
            Differs("case.due", Seen.DueAt is { } due ? text.Day(due) : null, text.Day(Case.DueAt)),
            Differs("case.answer", Seen.Answer, Details.Answer?.Text),
            action is null ? null : new ConflictField(text["case.whatYouDid"], null, text.Code("caseEvents", last.Action), text[$"case.action.{action}"]),
        ];
        return new Conflict(Who(last) ?? text["case.theSystem"], last.At, [.. fields.OfType<ConflictField>()]);
    }

    private ConflictField? Differs(string label, string? before, string? now, string? mine = null) =>
        before == now ? null : new(text[label], before, now, mine);

    private string? Word(string list, string? code) => code is null ? null : text.Code(list, code);
}
