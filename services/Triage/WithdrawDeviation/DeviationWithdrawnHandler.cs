using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Triage.Persistence;

namespace Avvik.Triage.WithdrawDeviation;

internal sealed class DeviationWithdrawnHandler(TextProtector texts, TimeProvider clock) : IHandle<DeviationWithdrawn, TriageDbContext>
{
    public async Task HandleAsync(DeviationWithdrawn message, UnitOfWork<TriageDbContext> unit)
    {
        await unit.SerializeAsync(message.DeviationId);
        var assessment = await unit.Db.Assessments.FindAsync(message.DeviationId);
        if (assessment is { IsPending: true })
            await unit.RecordAsync(assessment, assessment.Withdraw(message.Organization, clock.GetUtcNow()), null, texts);
        // The submission is still to come; or Routing has the case and ends it, and a reopening of it may be on its way here.
        else if (assessment?.State is null or CaseStates.Routed)
            await unit.Sql.ExecuteAsync("insert into early_withdrawals (deviation_id) values (@p1) on conflict do nothing", message.DeviationId);
    }
}
