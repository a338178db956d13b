using Avvik.Contracts.Reporting;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Triage.Persistence;

namespace Avvik.Triage.ReporterMessages;

/// <summary>Stores a message from the reporter for the coordinator, and puts a deviation that awaited it back in the queue.</summary>
internal sealed class ReporterAnsweredHandler(TextProtector texts, TimeProvider clock) : IHandle<ReporterAnswered, TriageDbContext>
{
    public async Task HandleAsync(ReporterAnswered message, UnitOfWork<TriageDbContext> unit)
    {
        await unit.SerializeAsync(message.DeviationId);
        var added = await unit.Sql.ExecuteAsync(
            "insert into reporter_messages (deviation_id, number, at, text) values (@p1, @p2, @p3, @p4) on conflict do nothing",
            message.DeviationId, message.Version, message.OccurredAt.ToUnixTimeMilliseconds(),
            texts.StrikeSealed(message.Text.Value, await unit.PassagesAsync(message.DeviationId)));
        if (added == 1 && await unit.Db.Assessments.FindAsync(message.DeviationId) is { } assessment
            && assessment.ReporterWrote(message.Organization, message.OccurredAt, clock.GetUtcNow()) is { } changed)
            await unit.RecordAsync(assessment, changed, null, texts);
    }
}
