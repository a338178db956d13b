using Avvik.Contracts.Routing;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Triage.Persistence;

namespace Avvik.Triage.ReopenedCases;

/// <summary>A closed case is back in the coordinator's queue. Routing has published it: nothing is published from here.</summary>
internal sealed class CaseReopenedHandler(TextProtector texts, TimeProvider clock) : IHandle<CaseReopened, TriageDbContext>
{
    public async Task HandleAsync(CaseReopened message, UnitOfWork<TriageDbContext> unit)
    {
        await unit.SerializeAsync(message.DeviationId);
        var assessment = await unit.Db.Assessments.FindAsync(message.DeviationId)
            ?? throw new EventRejectedException("A case that is reopened was assessed here.");
        var reason = texts.StrikeSealed(message.Reason.Value, await unit.PassagesAsync(message.DeviationId));
        if (!assessment.Reopen(message with { Reason = new(reason) })) return;
        // The reporter withdrew the reopened case, and that arrived first.
        if (await unit.TakeEarlyWithdrawalAsync(message.DeviationId))
            await unit.RecordAsync(assessment, assessment.Withdraw(message.Case.Facts.ReporterOrganization, clock.GetUtcNow()), null, texts);
    }
}
