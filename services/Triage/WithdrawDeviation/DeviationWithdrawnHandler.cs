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
        var assessment = await unit.Db.Assessments.FindAsync(message.DeviationId);
        if (assessment is null)
            await unit.Sql.ExecuteAsync("insert into early_withdrawals (deviation_id) values (@p1) on conflict do nothing", message.DeviationId);
        // What has been routed is Routing's to close.
        else if (assessment.State == CaseStates.Triage)
            await unit.RecordAsync(assessment, assessment.Withdraw(message.Organization, clock.GetUtcNow()), null, texts);
    }
}
