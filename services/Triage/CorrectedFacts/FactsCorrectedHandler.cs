using Avvik.Contracts.Routing;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using Avvik.Triage.Persistence;

namespace Avvik.Triage.CorrectedFacts;

/// <summary>A routed case is about something else, or is another party's to answer: a reopening and the search for duplicates go by the facts here.</summary>
internal sealed class FactsCorrectedHandler : IHandle<FactsCorrected, TriageDbContext>
{
    public async Task HandleAsync(FactsCorrected message, UnitOfWork<TriageDbContext> unit)
    {
        await unit.SerializeAsync(message.DeviationId);
        var assessment = await unit.Db.Assessments.FindAsync(message.DeviationId)
            ?? throw new EventRejectedException("A case that is corrected was assessed here.");
        assessment.Correct(message.Facts, message.Version);
    }
}
