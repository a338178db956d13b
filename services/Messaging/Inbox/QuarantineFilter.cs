using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Messaging.Inbox;

/// <summary>
/// Parks a message that is no page of events. Returning it to the queue would not do: from RabbitMQ 4.3 on a return does not count as a delivery, so it
/// would be delivered for ever.
/// </summary>
internal sealed class QuarantineFilter<TDb>(EventInbox<TDb> inbox) : IFilter<ReceiveContext> where TDb : DbContext
{
    public async Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
    {
        try { await next.Send(context); }
        // The inbox itself fails only by being cancelled; whatever else comes here was thrown on the way to it.
        catch (Exception error) when (error is not OperationCanceledException && !context.CancellationToken.IsCancellationRequested)
        {
            await inbox.QuarantineAsync(context.Body.GetBytes(), context.TransportHeaders.Get<string>("Content-Type") ?? "application/octet-stream", error,
                context.CancellationToken);
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("quarantine");
}
