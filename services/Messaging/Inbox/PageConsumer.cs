using System.Diagnostics;
using Avvik.Messaging.Signatures;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Avvik.Messaging.Inbox;

internal sealed class PageConsumer<TDb>(EventVerifier verifier, EventInbox<TDb> inbox, MessagingMetrics metrics, ILogger<PageConsumer<TDb>> log)
    : IConsumer<EventPage> where TDb : DbContext
{
    public Task Consume(ConsumeContext<EventPage> context)
    {
        var started = Stopwatch.GetTimestamp();
        try { verifier.Verify(context.Message); }
        catch (UntrustedPageException error)
        {
            log.PageRefused(context.Message.Events.Count, error.Reason);
            throw;
        }
        metrics.SignedOrVerified(Stopwatch.GetElapsedTime(started));
        return inbox.ReceiveAsync(context.Message.Events, context.CancellationToken);
    }
}
