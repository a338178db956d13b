using Avvik.Contracts.Triage;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Routing.Persistence;

namespace Avvik.Routing.ReopenCase;

/// <summary>Follows a reopened case while Triage has it. Triage has told everyone else: nothing is published from here.</summary>
internal sealed class ReopenedCaseChangedHandler(TextProtector texts) : IHandle<ReopenedCaseChanged, RoutingDbContext>
{
    public async Task HandleAsync(ReopenedCaseChanged message, UnitOfWork<RoutingDbContext> unit)
    {
        if (await unit.FindCaseAsync(message.DeviationId) is { } @case && @case.Follow(message, texts.RevealOptional(message.Text)) is { } recorded) unit.Db.Add(recorded);
    }
}
