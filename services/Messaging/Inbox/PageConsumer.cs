using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Messaging.Inbox;

internal sealed class PageConsumer<TDb>(EventInbox<TDb> inbox) : IConsumer<EventPage> where TDb : DbContext
{
    public Task Consume(ConsumeContext<EventPage> context) => inbox.ReceiveAsync(context.Message.Events, context.CancellationToken);
}
