using Avvik.Contracts.Reporting;
using Avvik.Contracts.Routing;
using Avvik.Contracts.Triage;
using Avvik.Messaging.Inbox;
using Avvik.Messaging.Storage;
using Avvik.Messaging.TextProtection;
using Avvik.Triage.Assessments;
using Avvik.Triage.Persistence;

namespace Avvik.Triage.AssessDeviation;

internal sealed class DeviationSubmittedHandler(TextProtector texts, TimeProvider clock) : IHandle<DeviationSubmitted, TriageDbContext>
{
    public async Task HandleAsync(DeviationSubmitted message, UnitOfWork<TriageDbContext> unit)
    {
        var (a, @event) = Assessment.Of(message, texts.Reveal(message.Narrative), clock.GetUtcNow());
        if (await unit.Sql.ExecuteAsync("delete from early_withdrawals where deviation_id = @p1", message.DeviationId) == 1)
            @event = a.Withdraw(message.Facts.ReporterOrganization, clock.GetUtcNow());
        // Prepared SQL and not the context: this is every deviation's way. What is known already came under another message id, and stands.
        var added = await unit.Sql.ExecuteAsync(
            """
            insert into assessments (id, version, state, open, community, respondent_organization, received_at, priority, reasons, flags, suggestions, facts, narrative, immediate_action, suggested_measure)
            values (@p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11, @p12, @p13, @p14, @p15)
            on conflict do nothing
            """,
            a.Id, a.Version, a.State, a.Open, a.Community, a.RespondentOrganization, a.ReceivedAt.ToUnixTimeMilliseconds(), a.Priority, a.Reasons, a.Flags, a.Suggestions, a.Facts,
            a.Narrative, a.ImmediateAction, a.SuggestedMeasure);
        if (added == 0) return;
        await (@event is DeviationTriaged triaged ? unit.EnqueueAsync(triaged) : unit.EnqueueAsync((CaseChanged)@event));
    }
}
