using Avvik.AccessLog;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Callers;
using Avvik.Routing.Cases;
using Avvik.Routing.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Routing.Access;

/// <summary>A case as a caller sees it: whole, after it was read or acted on, and as a row of a list.</summary>
internal static class CaseView
{
    private static readonly string[] FinalStates = [CaseStates.Closed, CaseStates.Rejected, CaseStates.Duplicate, CaseStates.Withdrawn,
        CaseStates.EnteredInError];
    public static readonly string[] AnsweredStates =
        [CaseStates.Answered, CaseStates.Disputed, CaseStates.AwaitingReporter, .. FinalStates];

    /// <summary>A case that the caller may see, logged before it leaves, and its version as ETag; null when there is none.</summary>
    public static async Task<CaseDetails?> DetailsAsync(Guid id, HttpContext http, Caller caller, CaseAccess access, RoutingDbContext db,
        AccessJournal<RoutingDbContext> journal, TimeProvider clock, CancellationToken ct)
    {
        if (await DetailsAsync([id], caller, access, db, journal, clock, ct) is not [var details]) return null;
        http.Response.Headers.ETag = $"\"{details.Case.Version}\"";
        return details;
    }

    /// <summary>Those of several cases that the caller may see, in the order of their ids, logged before they leave.</summary>
    public static async Task<IReadOnlyList<CaseDetails>> DetailsAsync(IReadOnlyList<Guid> ids, Caller caller, CaseAccess access, RoutingDbContext db,
        AccessJournal<RoutingDbContext> journal, TimeProvider clock, CancellationToken ct)
    {
        var visible = await db.Cases.Include(c => c.Measures).Where(access.VisibleTo(caller)).Where(c => ids.Contains(c.Id)).ToDictionaryAsync(c => c.Id, ct);
        var cases = ids.Where(visible.ContainsKey).Select(id => visible[id]).ToList();
        if (cases.Count == 0) return [];
        var found = cases.ConvertAll(c => c.Id);
        var events = (await db.CaseEvents.Where(e => found.Contains(e.CaseId)).OrderBy(e => e.Version).ToListAsync(ct)).ToLookup(e => e.CaseId);
        var messages = (await db.ReporterMessages.Where(m => found.Contains(m.CaseId)).OrderBy(m => m.Number).ToListAsync(ct)).ToLookup(m => m.CaseId);
        var duplicates = (await db.CaseDuplicates.Where(d => found.Contains(d.MainCase)).OrderBy(d => d.At).ToListAsync(ct)).ToLookup(d => d.MainCase);
        var happened = cases.Select(c => c.EventId).OfType<Guid>().Distinct().ToList();
        var linked = happened.Count == 0 ? []
            : await db.Cases.Where(c => c.EventId != null && happened.Contains(c.EventId.Value)).OrderBy(c => c.Id).ToListAsync(ct);
        var suggested = (await db.SuggestedLinks.Where(l => found.Contains(l.CaseId))
            .Join(db.Cases.Where(access.VisibleTo(caller)), l => l.OtherId, c => c.Id, (l, c) => new { Of = l.CaseId, Case = c })
            .Where(l => !l.Case.IsFinal).OrderBy(l => l.Case.Id).ToListAsync(ct)).ToLookup(l => l.Of, l => l.Case);
        await journal.ReadAsync(caller, AccessActions.CaseRead, found, ct);
        var now = clock.GetUtcNow();
        return cases.ConvertAll(c => Details(c, [.. events[c.Id]], [.. messages[c.Id]], [.. duplicates[c.Id]],
            linked.Where(l => l.EventId == c.EventId && l.Id != c.Id), suggested[c.Id].Where(s => s.EventId is null || s.EventId != c.EventId),
            caller, access, now));
    }

    private static CaseDetails Details(Case @case, List<CaseEventRecord> events, List<ReporterMessageRecord> messages, List<DuplicateRecord> duplicates,
        IEnumerable<Case> linked, IEnumerable<Case> suggested, Caller caller, CaseAccess access, DateTimeOffset now)
    {
        var (facts, actor) = (@case.Facts, access.ActorOf(caller, @case));
        var details = new CaseDetails
        {
            Case = Row(@case, now),
            Agreement = AgreementReference.Of(facts),
            OccurredOn = facts.OccurredOn,
            OccurredAt = facts.OccurredAt,
            DiscoveredAt = facts.DiscoveredAt,
            Site = facts.RespondentSite,
            UnknownSite = @case.UnknownSite,
            ReportingUnit = facts.ReporterUnit,
            ReporterProfession = @case.ReporterProfession,
            PatientMunicipality = facts.PatientMunicipality,
            AffectedMessage = facts.AffectedMessage,
            MessageId = @case.MessageId,
            Difference = facts.Difference,
            PotentialHarm = facts.PotentialHarm,
            Likelihood = facts.Likelihood,
            Narrative = @case.Narrative,
            ImmediateAction = @case.ImmediateAction,
            SuggestedMeasure = @case.SuggestedMeasure,
            PatientGroups = facts.PatientGroups,
            HasPatient = facts.HasPatient,
            PatientsGiven = Math.Max(facts.PatientsGiven, facts.HasPatient ? 1 : 0),
            Reasons = @case.Reasons,
            Routing = new(@case.Rule, @case.RuleVersion),
            Answer = @case.CurrentAnswer(),
            Question = @case.Question,
            Letter = access.IsByLetter(@case) || @case.Letters.Count > 0 ? new(@case.LetterAnswerBy(now), @case.Letters) : null,
            SeriousIncident = @case.SeriousIncident(actor.Organization),
            PatientInformation =
                [.. (@case.PatientInformation ?? []).Select(i => i.Organization == actor.Organization ? i : i with { Actor = null })],
            AwaitsPatientInformation = Harm.IsSerious(@case.ActualHarm) && @case.PatientInformation is null,
            Closings = @case.Closings,
            // The answering party knows of each; another reporter only that somebody else has reported the same.
            Duplicates = [.. duplicates.Select(d => actor.Organization == @case.RespondentOrganization || caller.Organization == d.ReporterOrganization
                ? new CaseDuplicate(d.Id, d.Reference, d.ReporterOrganization, d.Narrative)
                : new CaseDuplicate(d.Id, d.Reference, null, null))],
            Linked = [.. linked.Select(c => LinkedTo(c, caller, access))],
            SuggestedLinks = [.. suggested.Select(c => LinkedTo(c, caller, access))],
            AllowedActions = CaseRules.AllowedActions(@case, actor, now),
            RefusedActions = CaseRules.RefusedActions(@case, actor, now),
            Timeline = TimelineOf(@case, events, messages, actor.Organization),
        };
        return @case.State == CaseStates.EnteredInError && !caller.Is(Roles.Auditor) ? Closed(details) : details;
    }

    /// <summary>What should never have been written is closed; that it was entered in error, and why, is not.</summary>
    private static CaseDetails Closed(CaseDetails details)
    {
        var closed = Texts.Message("enteredInErrorText");
        string? Close(string? text) => text is null ? null : closed;
        return details with
        {
            Narrative = closed,
            ImmediateAction = Close(details.ImmediateAction),
            SuggestedMeasure = Close(details.SuggestedMeasure),
            ReporterProfession = Close(details.ReporterProfession),
            MessageId = Close(details.MessageId),
            UnknownSite = Close(details.UnknownSite),
            Question = Close(details.Question),
            Answer = details.Answer is { } answer ? answer with
            {
                Text = closed,
                NoMeasuresReason = Close(answer.NoMeasuresReason),
                Measures = [.. answer.Measures.Select(m => m with { Description = closed, Owner = closed, Note = Close(m.Note) })],
            } : null,
            Closings = [.. details.Closings.Select(c => c with
            {
                Decision = Close(c.Decision),
                RespondentsView = Close(c.RespondentsView),
                ReportersView = Close(c.ReportersView),
            })],
            Duplicates = [.. details.Duplicates.Select(d => d with { Narrative = Close(d.Narrative) })],
            SeriousIncident = null,
            PatientInformation = [],
            Timeline = [.. details.Timeline.Select(e => e.Action == CaseStates.EnteredInError ? e : e with { Text = Close(e.Text) })],
        };
    }

    // Of a case in which the caller's party has no part, only that there is one.
    private static LinkedCase LinkedTo(Case c, Caller caller, CaseAccess access) => access.IsVisibleTo(c, caller)
        ? new(c.Id, c.Reference, c.State, c.ReporterOrganization, c.RespondentOrganization)
        : new(null, c.Reference, null, null, null);

    // A message that moved the case, or came before it, has no line of its own in the history: it is shown with the state that it met.
    private static IReadOnlyList<CaseEvent> TimelineOf(Case @case, List<CaseEventRecord> events, List<ReporterMessageRecord> messages, string own)
    {
        var answers = @case.RespondentOrganization == own;
        var recorded = events.Where(e => e.Action is Case.ReporterMessage or Case.ReopeningAsked).Select(e => e.Text).ToHashSet(StringComparer.Ordinal);
        return [.. events.Select(e => new CaseEvent(e.Version, e.At, e.Action, e.Organization, e.Organization == own ? e.Actor : null, e.State,
            e.Unit,
                // What the reporter of a duplicate wrote is for those who answer.
                e is { Action: Case.ReporterMessage, Organization: null } && !answers ? null : e.Text))
            .Concat(messages.Where(m => !recorded.Contains(m.Text)).Select(m => (Message: m, Met: events.LastOrDefault(e => e.At <= m.At) ?? events[0]))
                .Select(m =>
                new CaseEvent(m.Met.Version, m.Message.At, Case.ReporterMessage, m.Message.Organization, null, m.Met.State, m.Met.Unit, m.Message.Text)))
            .OrderBy(e => e.At)];
    }

    public static CaseRow Row(Case c, DateTimeOffset now)
    {
        var facts = c.Facts;
        return new CaseRow
        {
            Id = c.Id,
            Reference = c.Reference,
            State = c.State,
            Unit = c.Unit,
            Community = c.Community,
            Direction = facts.Direction,
            ReporterOrganization = c.ReporterOrganization,
            RespondentOrganization = c.RespondentOrganization,
            Kind = facts.Kind,
            Category = c.Category,
            Clause = facts.Clause,
            LocalClause = facts.LocalClause,
            ActualHarm = c.ActualHarm,
            Priority = c.Priority,
            ReceivedAt = c.ReceivedAt,
            DueAt = c.DueAt,
            Overdue = !c.IsPraise && c.DueAt < now && !AnsweredStates.Contains(c.State),
            Hops = c.Hops,
            PatientsAffected = facts.AffectedPatients,
            Version = c.Version,
        };
    }
}
