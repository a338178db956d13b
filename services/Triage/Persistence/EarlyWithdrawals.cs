using Avvik.Storage;

namespace Avvik.Triage.Persistence;

internal static class EarlyWithdrawals
{
    /// <summary>True, once, when a withdrawal arrived before what it withdraws.</summary>
    public static async Task<bool> TakeEarlyWithdrawalAsync(this UnitOfWork<TriageDbContext> unit, Guid id) =>
        await unit.Sql.ExecuteAsync("delete from early_withdrawals where deviation_id = @p1", id) == 1;
}
