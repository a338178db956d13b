using Avvik.Contracts.Triage;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Routing.Persistence;

namespace Avvik.Routing.ReopenCase;

/// <summary>Follows a reopened case while Triage decides about it, and publishes it with the next version of the case.</summary>
internal sealed class ReopenedCaseChangedHandler(TextProtector texts) : IHandle<ReopenedCaseChanged, RoutingDbContext>
{
    public async Task HandleAsync(ReopenedCaseChanged message, UnitOfWork<RoutingDbContext> unit)
    {
        await unit.SerializeAsync(message.DeviationId);
        var text = texts.StrikeOptional(texts.RevealOptional(message.Text), await unit.PassagesAsync(message.DeviationId));
        if (await unit.FindCaseAsync(message.DeviationId) is { } @case && @case.Follow(message, text) is { } recorded)
            await unit.RecordAsync(@case, recorded, texts);
    }
}
