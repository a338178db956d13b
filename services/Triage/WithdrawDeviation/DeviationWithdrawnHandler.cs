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

internal static class EarlyWithdrawals
{
    /// <summary>True when a withdrawal arrived before what it withdraws; it is asked for once.</summary>
    public static async Task<bool> TakeEarlyWithdrawalAsync(this UnitOfWork<TriageDbContext> unit, Guid id) =>
        await unit.Sql.ExecuteAsync("delete from early_withdrawals where deviation_id = @p1", id) == 1;
}
