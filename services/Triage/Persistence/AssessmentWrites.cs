using Avvik.Contracts.Routing;
using Avvik.Contracts.Triage;
using Avvik.Messaging.Outbox;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Triage.Assessments;

namespace Avvik.Triage.Persistence;

/// <summary>Publishes a change of an assessment.</summary>
internal static class AssessmentWrites
{
    /// <summary>
    /// Publishes the text to the reporter and the event; of a reopened case only to Routing, which owns the versions of the case and publishes them. The
    /// assessment itself is saved with the unit of work.
    /// </summary>
    public static async Task RecordAsync(this UnitOfWork<TriageDbContext> unit, Assessment assessment, CaseChanged changed, string? text, TextProtector texts,
        string? actor = null)
    {
        var words = texts.ProtectOptional(text);
        if (assessment.Reopening > 0)
        {
            await unit.EnqueueAsync(new ReopenedCaseChanged
            {
                DeviationId = changed.DeviationId,
                Version = changed.Version,
                Reopening = assessment.Reopening,
                OccurredAt = changed.OccurredAt,
                Action = changed.Action,
                Organization = changed.Organization,
                Actor = actor,
                State = changed.State,
                Text = words,
            });
            return;
        }
        // Before the change, so that whoever reads the deviation because of it finds them.
        if (words is { } informed)
            await unit.EnqueueAsync(
                new ReporterInformed { DeviationId = changed.DeviationId, Version = changed.Version, OccurredAt = changed.OccurredAt, Text = informed });
        await unit.EnqueueAsync(changed);
    }
}
