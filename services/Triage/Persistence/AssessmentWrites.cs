using Avvik.Contracts.Routing;
using Avvik.Contracts.Triage;
using Avvik.Messaging.Outbox;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Triage.Assessments;

namespace Avvik.Triage.Persistence;

/// <summary>How a change of an assessment is told, wherever it comes from.</summary>
internal static class AssessmentWrites
{
    /// <summary>The event, the words to the reporter, and for a reopened case the word to Routing, which has it; the assessment itself is saved with the unit of work.</summary>
    public static async Task RecordAsync(this UnitOfWork<TriageDbContext> unit, Assessment assessment, CaseChanged changed, string? text, TextProtector texts)
    {
        await unit.EnqueueAsync(changed);
        var words = texts.ProtectOptional(text);
        if (words is { } informed) await unit.EnqueueAsync(new ReporterInformed { DeviationId = changed.DeviationId, Version = changed.Version, OccurredAt = changed.OccurredAt, Text = informed });
        if (assessment.IsReopened)
            await unit.EnqueueAsync(new ReopenedCaseChanged { DeviationId = changed.DeviationId, Version = changed.Version, OccurredAt = changed.OccurredAt, Action = changed.Action, Organization = changed.Organization, State = changed.State, Text = words });
    }
}
