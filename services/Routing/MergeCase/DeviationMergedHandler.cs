using Avvik.Contracts;
using Avvik.Contracts.Triage;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Routing.Persistence;

namespace Avvik.Routing.MergeCase;

/// <summary>A deviation repeats a case: its words are added to that case, and if it has one of its own, that ends.</summary>
internal sealed class DeviationMergedHandler(TextProtector texts, TimeProvider clock) : IHandle<DeviationMerged, RoutingDbContext>
{
    public async Task HandleAsync(DeviationMerged message, UnitOfWork<RoutingDbContext> unit)
    {
        await unit.SerializeAsync(message.DeviationId, message.MainCase);
        var now = clock.GetUtcNow();
        var passages = await unit.PassagesAsync(message.DeviationId);
        var comment = texts.StrikeOptional(texts.RevealOptional(message.Comment), passages);
        var added = await unit.Sql.ExecuteAsync(
            """
            insert into case_duplicates (id, main_case, at, reference, reporter_organization, narrative, comment) values (@p1, @p2, @p3, @p4, @p5, @p6, @p7)
            on conflict do nothing
            """,
            message.DeviationId, message.MainCase, message.OccurredAt.ToUnixTimeMilliseconds(), message.Reference, message.ReporterOrganization,
                texts.Strike(texts.Reveal(message.Narrative), passages), comment);
        if (added == 0) return;
        // Where the main case comes later, it finds what waits for it.
        if (await unit.FindCaseAsync(message.MainCase) is { } main) await unit.RecordAsync(main, main.AddDuplicate(message.Reference, now), texts);
        // Merged before a coordinator closed and reopened it: the reopening is the later word.
        if (await unit.FindCaseAsync(message.DeviationId) is { } own && !CaseStates.IsFinal(own.State)
            && (message.Reopening is null || message.Reopening == own.Reopenings))
            await unit.RecordAsync(own, own.Merge(message.MainCase, comment, now), texts);
    }
}
