using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Routing.Persistence;

namespace Avvik.Routing.WithdrawCase;

/// <summary>The reporter has been told «withdrawn»: the case, now or when it comes, ends, also when Triage decides about a reopening of it.</summary>
internal sealed class DeviationWithdrawnHandler(TextProtector texts, TimeProvider clock) : IHandle<DeviationWithdrawn, RoutingDbContext>
{
    public async Task HandleAsync(DeviationWithdrawn message, UnitOfWork<RoutingDbContext> unit)
    {
        await unit.SerializeAsync(message.DeviationId);
        var reason = texts.StrikeSealed(message.Reason.Value, await unit.PassagesAsync(message.DeviationId));
        var @case = await unit.FindCaseAsync(message.DeviationId);
        if (@case is null)
            await unit.Sql.ExecuteAsync("insert into early_withdrawals (case_id, organization, reason) values (@p1, @p2, @p3) on conflict do nothing",
                message.DeviationId, message.Organization, reason);
        else if (!CaseStates.IsFinal(@case.State))
            await unit.RecordAsync(@case, @case.Withdraw(message.Organization, texts.Reveal(new(reason)), clock.GetUtcNow()), texts);
    }
}
