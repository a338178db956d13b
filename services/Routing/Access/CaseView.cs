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
        var @case = await db.Cases.Include(c => c.Measures).Where(access.VisibleTo(caller)).FirstOrDefaultAsync(c => c.Id == id, ct);
        if (@case is null) return null;
        var events = await db.CaseEvents.Where(e => e.CaseId == id).OrderBy(e => e.Version).ToListAsync(ct);
        var messages = await db.ReporterMessages.Where(m => m.CaseId == id).OrderBy(m => m.Number).ToListAsync(ct);
        var duplicates = await db.CaseDuplicates.Where(d => d.MainCase == id).OrderBy(d => d.At).ToListAsync(ct);
        var linked = @case.EventId is { } happened ? await db.Cases.Where(c => c.EventId == happened && c.Id != id).OrderBy(c => c.Id).ToListAsync(ct) : [];
        var suggested = await db.SuggestedLinks.Where(l => l.CaseId == id)
            .Join(db.Cases.Where(access.VisibleTo(caller)), l => l.OtherId, c => c.Id, (_, c) => c)
            .Where(c => !c.IsFinal && (c.EventId == null || c.EventId != @case.EventId)).OrderBy(c => c.Id).ToListAsync(ct);
        var (facts, actor) = (@case.Facts, access.ActorOf(caller, @case));
        await journal.ReadAsync(caller, AccessActions.CaseRead, [id], ct);
        http.Response.Headers.ETag = $"\"{@case.Version}\"";
        var details = new CaseDetails
        {
            Case = Row(@case, clock.GetUtcNow()),
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
            SeriousIncident = @case.SeriousIncident(actor.Organization),
            Closings = @case.Closings,
            // The answering party knows of each; another reporter only that somebody else has reported the same.
            Duplicates = [.. duplicates.Select(d => actor.Organization == @case.RespondentOrganization || caller.Organization == d.ReporterOrganization
                ? new CaseDuplicate(d.Id, d.Reference, d.ReporterOrganization, d.Narrative)
                : new CaseDuplicate(d.Id, d.Reference, null, null))],
            Linked = [.. linked.Select(c => LinkedTo(c, caller, access))],
            SuggestedLinks = [.. suggested.Select(c => LinkedTo(c, caller, access))],
            AllowedActions = CaseRules.AllowedActions(@case, actor, clock.GetUtcNow()),
            RefusedActions = CaseRules.RefusedActions(@case, actor, clock.GetUtcNow()),
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
