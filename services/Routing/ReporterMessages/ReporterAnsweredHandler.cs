using Avvik.Contracts.Reporting;
using Avvik.Messaging.Inbox;
using Avvik.Messaging.Storage;
using Avvik.Messaging.TextProtection;
using Avvik.Routing.Persistence;

namespace Avvik.Routing.ReporterMessages;

internal sealed class ReporterAnsweredHandler(TextProtector texts) : IHandle<ReporterAnswered, RoutingDbContext>
{
    public Task HandleAsync(ReporterAnswered message, UnitOfWork<RoutingDbContext> unit) => unit.Sql.ExecuteAsync(
        "insert into reporter_messages (case_id, number, at, organization, text) values (@p1, @p2, @p3, @p4, @p5) on conflict do nothing",
        message.DeviationId, message.Version, message.OccurredAt.ToUnixTimeMilliseconds(), message.Organization, texts.Reveal(message.Text));
}
