using Avvik.Contracts;
using Avvik.Contracts.Triage;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Routing.Cases;
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
        var isNew = await unit.InsertIfNewAsync(new DuplicateRecord
        {
            Id = message.DeviationId,
            MainCase = message.MainCase,
            At = message.OccurredAt,
            Reference = message.Reference,
            ReporterOrganization = message.ReporterOrganization,
            Narrative = texts.Strike(texts.Reveal(message.Narrative), passages),
            Comment = comment,
            Actor = message.Actor,
        });
        if (!isNew) return;
        // Where the main case comes later, it finds what waits for it.
        if (await unit.FindCaseAsync(message.MainCase) is { } main)
            await unit.RecordAsync(main, main.AddDuplicate(message.Reference, message.Actor, now), texts);
        // Merged before a coordinator closed and reopened it: the reopening is the later word.
        if (await unit.FindCaseAsync(message.DeviationId) is { } own && !CaseStates.IsFinal(own.State)
            && (message.Reopening is null || message.Reopening == own.Reopenings))
            await unit.RecordAsync(own, own.Merge(message.MainCase, comment, now, message.Actor), texts);
    }
}
