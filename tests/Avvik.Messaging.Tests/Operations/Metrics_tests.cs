using System.Diagnostics.Metrics;
using Avvik.Storage;
using Avvik.Messaging.Tests.Support;

namespace Avvik.Messaging.Tests.Operations;

public sealed class Metrics_tests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task The_figures_that_alarms_are_set_on_are_those_of_the_tables_and_fall_silent_when_nobody_reads_them(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        var clock = new MovableClock(new DateTimeOffset(2026, 3, 2, 8, 0, 0, TimeSpan.Zero));
        var figures = new Dictionary<string, double>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        using var metrics = Watched(listener, figures, clock);
        Assert.Empty(Read());

        await instance.EnqueueAsync(Sample.NewDeviations(3).Select(d => Sample.Informed(d)));
        await database.ExecuteAsync($"update outbox_message set enqueued_at = {clock.GetUtcNow().AddMinutes(-5).ToUnixTimeMilliseconds()}");
        await database.ExecuteAsync("update outbox_message set parked_at = 1 where id = (select min(id) from outbox_message)");
        await metrics.RefreshAsync(instance.Writer, clock, CancellationToken.None);
        Assert.Equal(new Dictionary<string, double>(StringComparer.Ordinal) { ["outbox.depth"] = 3, ["outbox.oldest_age"] = 300, ["messages.parked"] = 1 }, Read());
        Assert.Equal(3, metrics.OutboxDepth);

        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(3, Read().Count);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(Read());

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
        var metrics = new MessagingMetrics(clock);
        making = false;
        return metrics;
    }
}
