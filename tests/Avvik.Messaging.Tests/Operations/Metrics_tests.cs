using System.Diagnostics.Metrics;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using Avvik.Messaging.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Messaging.Tests.Operations;

public sealed class Metrics_tests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Gauges_are_read_without_the_writer_and_stop_when_they_are_not_refreshed(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        var clock = new MovableClock(new DateTimeOffset(2026, 3, 2, 8, 0, 0, TimeSpan.Zero));
        var figures = new Dictionary<string, double>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        using var metrics = Watched(listener, figures, clock);
        Assert.Equal(["inbox.held", "inbox.stopped"], Read().Keys.Order());

        await instance.EnqueueAsync(Sample.NewDeviations(3).Select(d => Sample.Informed(d)));
        await database.ExecuteAsync($"update outbox_message set enqueued_at = {clock.GetUtcNow().AddMinutes(-5).ToUnixTimeMilliseconds()}");
        await database.ExecuteAsync("update outbox_message set parked_at = 1, attempts = 12 where id = (select min(id) from outbox_message)");
        // Measuring does not wait for the one writer, whatever keeps it busy.
        var (busy, done) = (new TaskCompletionSource(), new TaskCompletionSource());
        var writing = instance.Writer.WriteAsync(async _ =>
        {
            busy.SetResult();
            await done.Task;
            return true;
        }, CancellationToken.None);
        await busy.Task;
        await metrics.RefreshAsync(instance.Of<IDbContextFactory<EffectsDb>>(), CancellationToken.None).WaitAsync(Sample.Soon);
        done.SetResult();
        await writing;
        Assert.Equal(new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["outbox.depth"] = 3,
            ["outbox.oldest_age"] = 300,
            ["messages.parked"] = 1,
            ["inbox.stopped"] = 0,
            ["inbox.held"] = 0,
        }, Read());
        Assert.Equal(3, metrics.OutboxDepth);

        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(5, Read().Count);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["inbox.held", "inbox.stopped"], Read().Keys.Order());

        Dictionary<string, double> Read()
        {
            figures.Clear();
            listener.RecordObservableInstruments();
            return figures;
        }
    }

    /// <summary>Only its own instruments: other tests have the same, at the same time.</summary>
    private static MessagingMetrics Watched(MeterListener listener, Dictionary<string, double> figures, TimeProvider clock)
    {
        var (me, making) = (Environment.CurrentManagedThreadId, false);
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (making && Environment.CurrentManagedThreadId == me) l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => figures[instrument.Name] = value);
        listener.Start();
        making = true;
        var metrics = new MessagingMetrics(clock, new InboxState(clock));
        making = false;
        return metrics;
    }
}
