using Avvik.Contracts.Routing;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using Avvik.Triage.Persistence;

namespace Avvik.Triage.ReopenedCases;

/// <summary>A closed case is back in the coordinator's queue. Routing has told everyone so: nothing is published from here.</summary>
internal sealed class CaseReopenedHandler : IHandle<CaseReopened, TriageDbContext>
{
    public async Task HandleAsync(CaseReopened message, UnitOfWork<TriageDbContext> unit)
    {
        var assessment = await unit.Db.Assessments.FindAsync(message.DeviationId) ?? throw new InvalidOperationException("A case that is reopened was assessed here.");
        assessment.Reopen(message);
    }
}
