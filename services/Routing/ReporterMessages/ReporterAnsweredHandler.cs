using Avvik.Contracts.Reporting;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Routing.Persistence;

namespace Avvik.Routing.ReporterMessages;

/// <summary>What the reporter writes is kept whatever the state of the case, and moves it when it was waited for.</summary>
internal sealed class ReporterAnsweredHandler(TextProtector texts, TimeProvider clock) : IHandle<ReporterAnswered, RoutingDbContext>
{
    public async Task HandleAsync(ReporterAnswered message, UnitOfWork<RoutingDbContext> unit)
    {
        await unit.SerializeAsync(message.DeviationId);
        var text = texts.Reveal(message.Text);
        var added = await unit.Sql.ExecuteAsync("insert into reporter_messages (case_id, number, at, organization, text) values (@p1, @p2, @p3, @p4, @p5) on conflict do nothing",
            message.DeviationId, message.Version, message.OccurredAt.ToUnixTimeMilliseconds(), message.Organization, text);
        if (added == 1 && await unit.FindCaseAsync(message.DeviationId) is { } @case && @case.ReporterWrote(message.Organization, message.OccurredAt, clock.GetUtcNow()) is { } recorded)
            await unit.RecordAsync(@case, recorded, texts);
    }
}
