using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Routing.Persistence;

namespace Avvik.Routing.WithdrawCase;

/// <summary>The reporter was told «withdrawn» before the routing was known: the case, now or when it comes, ends there.</summary>
internal sealed class DeviationWithdrawnHandler(TextProtector texts, TimeProvider clock) : IHandle<DeviationWithdrawn, RoutingDbContext>
{
    public async Task HandleAsync(DeviationWithdrawn message, UnitOfWork<RoutingDbContext> unit)
    {
        var @case = await unit.FindCaseAsync(message.DeviationId);
        if (@case is null)
            await unit.Sql.ExecuteAsync("insert into early_withdrawals (case_id, organization, reason) values (@p1, @p2, @p3) on conflict do nothing",
                message.DeviationId, message.Organization, message.Reason.Value);
        // What Triage has in hand again ends there, and is followed here.
        else if (!CaseStates.IsFinal(@case.State) && !@case.IsWithTriage)
            await unit.RecordAsync(@case, @case.Withdraw(message.Organization, texts.Reveal(message.Reason), clock.GetUtcNow()), texts);
    }
}
