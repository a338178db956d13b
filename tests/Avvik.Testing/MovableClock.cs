namespace Avvik.Testing;

/// <summary>
/// A clock that a test advances. Timers that become due fire in order, at their time. A periodic timer fires once for each move, at the last of its times,
/// so that moving a month does not take a million ticks.
/// </summary>
public sealed class MovableClock(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Timer> _timers = [];
    private DateTimeOffset _now = start;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock) return _now;
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Moves the time forwards, or backwards as when a clock is set; then no timer fires.</summary>
    public void Advance(TimeSpan by)
    {
        var to = GetUtcNow() + by;
        while (NextDue(to) is { } timer) timer.Fire();
        lock (_lock) _now = to;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private Timer? NextDue(DateTimeOffset to)
    {
        lock (_lock)
        {
            var next = _timers.Where(t => t.Due <= to).MinBy(t => LastMoment(t, to));
            if (next is null) return null;
            var moment = LastMoment(next, to);
            if (moment > _now) _now = moment;
            next.Due = next.Period > TimeSpan.Zero ? moment + next.Period : null;
            return next;
        }
    }

    private static DateTimeOffset LastMoment(Timer timer, DateTimeOffset to) =>
        timer.Period > TimeSpan.Zero ? timer.Due!.Value + timer.Period * Math.Floor((to - timer.Due.Value) / timer.Period) : timer.Due!.Value;

    private sealed class Timer(MovableClock clock, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset? Due { get; set; }
        public TimeSpan Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                (Due, Period) = (dueTime == Timeout.InfiniteTimeSpan ? null : clock._now + dueTime, period);
                if (!clock._timers.Contains(this)) clock._timers.Add(this);
            }
            // As with system timers, a timer that is due fires without a move.
            if (dueTime == TimeSpan.Zero) clock.Advance(TimeSpan.Zero);
            return true;
        }

        public void Dispose()
        {
            lock (clock._lock) clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
