using System.Diagnostics;
using System.Text;

namespace Avvik.Load;

/// <summary>A thing under load: where to send, what its last stages have committed, and which processes it is.</summary>
internal sealed record Target(int Port, IReadOnlyList<byte[]> Requests, string Databases, IReadOnlyList<Watched> Processes);

internal sealed record Usage(string Process, double MicrosecondsPerDeviation, double MemoryMiB);

/// <summary>As fast as it will take them. All rates are per second of the counting window.</summary>
internal sealed record Sustained(double Rate, double Accepted, double Worklist, double Statistics, double Seconds, long Throttled, long Failed,
    long Backlog, double DrainSeconds, long NeverVisible, IReadOnlyList<Usage> Processes, double OthersCpuPercent);

/// <summary>Milliseconds.</summary>
internal sealed record Latency(double P50, double P99, double Max);

internal sealed record Paced(double Offered, double Answered, Latency Post, Latency Worklist, Latency Statistics,
    long Throttled, long Failed, long NeverVisible);

/// <summary>Sends deviations and watches them become visible.</summary>
internal sealed class LoadGenerator : IDisposable
{
    // Enough that at the paced rate no deviation waits for a free connection unless the target is slow.
    private const int MostConnections = 256;
    private static readonly TimeSpan GiveUp = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DefaultRetry = TimeSpan.FromSeconds(1);
    // How finely «visible» is timed; a glance reads only what is new, a count reads an index.
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(3);
    private static readonly TimeSpan CountEvery = TimeSpan.FromMilliseconds(50);

    private readonly Target _target;
    private readonly Visible _visible;
    private readonly int[] _references;
    private readonly Sender[] _senders;
    private long _number, _accepted, _throttled, _failed;

    public LoadGenerator(Target target)
    {
        _target = target;
        _visible = new(target.Databases);
        _references = [.. target.Requests.Select(request => Line.ReferenceIn(request))];
        _senders = [.. Enumerable.Range(0, MostConnections).Select(_ => new Sender(new(target.Port), new byte[target.Requests.Max(r => r.Length)]))];
    }

    /// <summary>Sends each line once and answers which of them became visible without a person's help.</summary>
    public async Task<IReadOnlyList<(int Line, Guid Id)>> ProbeAsync(IEnumerable<int> lines)
    {
        _visible.Forget();
        var sent = new List<(int Line, Guid Id)>();
        foreach (var line in lines)
            if (await SubmitAsync(_senders[0], [line], CancellationToken.None) is { } id)
                sent.Add((line, id));
        await UntilAsync(() =>
        {
            _visible.Look();
            return sent.Count(s => !IsVisible(s.Id));
        }, TimeSpan.FromSeconds(5), Glance);
        return [.. sent.Where(s => IsVisible(s.Id))];
    }

    /// <summary>Closed loop: each connection sends the next deviation when the last is answered.</summary>
    public async Task<Sustained> SustainAsync(IReadOnlyList<int> lines, int connections, TimeSpan warmUp, TimeSpan counted)
    {
        using var stop = new CancellationTokenSource();
        var start = Now();
        var sending = Task.WhenAll(_senders.Take(connections).Select(sender => Task.Run(() => SendUntilAsync(sender, stop.Token))));
        await Task.WhenAny(sending, Task.Delay(warmUp));
        var before = Now();
        await Task.WhenAny(sending, Task.Delay(counted));
        var after = Now();
        await stop.CancelAsync();
        await sending;

        var ended = Stopwatch.GetTimestamp();
        var left = await UntilAsync(() => Backlog(Now()), GiveUp, CountEvery);
        var seconds = Stopwatch.GetElapsedTime(before.At, after.At).TotalSeconds;
        double PerSecond(Func<Reading, long> count) => (count(after) - count(before)) / seconds;
        var (accepted, worklist, statistics) = (PerSecond(r => r.Accepted), PerSecond(r => r.Worklist), PerSecond(r => r.Statistics));
        var rate = Math.Min(accepted, Math.Min(worklist, statistics));
        var own = after.Cpu.Zip(before.Cpu, (a, b) => a - b).ToArray();
        return new(rate, accepted, worklist, statistics, seconds, after.Throttled - before.Throttled, after.Failed - before.Failed,
            Backlog(after), Stopwatch.GetElapsedTime(ended).TotalSeconds, left,
            [.. _target.Processes.Select((p, i) => new Usage(p.Name, own[i].TotalMicroseconds / (rate * seconds), Processes.Memory(p) / 1048576.0))],
            Math.Max(0, 100 * ((after.Machine - before.Machine).TotalSeconds - own.Sum(cpu => cpu.TotalSeconds)) / seconds));

        async Task SendUntilAsync(Sender sender, CancellationToken stopping)
        {
            while (!stopping.IsCancellationRequested) await SubmitAsync(sender, lines, stopping);
        }

        long Backlog(Reading at) => Math.Max(0, at.Accepted - start.Accepted - Math.Min(at.Worklist - start.Worklist, at.Statistics - start.Statistics));
    }

    /// <summary>Open loop: deviations are due at a fixed pace, and a late one counts from when it was due, not from when it was sent.</summary>
    public async Task<Paced> PaceAsync(IReadOnlyList<int> lines, double perSecond, TimeSpan duration)
    {
        var total = (long)(perSecond * duration.TotalSeconds);
        var (throttled, failed) = (_throttled, _failed);
        long slot = -1;
        _visible.Forget();
        var start = Stopwatch.GetTimestamp();
        var sending = Task.WhenAll(_senders.Select(sender => Task.Run(() => SendDueAsync(sender))));
        while (!sending.IsCompleted)
        {
            _visible.Look();
            await Task.Delay(Glance);
        }
        var sent = (await sending).SelectMany(s => s).ToArray();
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var left = await UntilAsync(() =>
        {
            _visible.Look();
            return sent.Count(s => !IsVisible(s.Id));
        }, GiveUp, Glance);
        return new(perSecond, sent.Length / seconds, Quantiles(s => s.Answered), Quantiles(s => _visible.InWorklist.GetValueOrDefault(s.Id)),
            Quantiles(s => _visible.InStatistics.GetValueOrDefault(s.Id)), _throttled - throttled, _failed - failed, left);

        async Task<List<(Guid Id, long Due, long Answered)>> SendDueAsync(Sender sender)
        {
            var mine = new List<(Guid, long, long)>();
            for (long next; (next = Interlocked.Increment(ref slot)) < total;)
            {
                var due = start + (long)(next / perSecond * Stopwatch.Frequency);
                var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due).TotalMilliseconds;
                if (wait > 0) await Task.Delay((int)Math.Ceiling(wait));
                if (await SubmitAsync(sender, lines, CancellationToken.None) is { } id) mine.Add((id, due, Stopwatch.GetTimestamp()));
            }
            return mine;
        }

        Latency Quantiles(Func<(Guid Id, long Due, long Answered), long> at)
        {
            var sorted = sent.Select(s => (s.Due, At: at(s))).Where(s => s.At > 0)
                .Select(s => Stopwatch.GetElapsedTime(s.Due, s.At).TotalMilliseconds).Order().ToArray();
            double Quantile(double q) => sorted.Length == 0 ? double.NaN : sorted[(int)Math.Min(sorted.Length - 1, q * sorted.Length)];
            return new(Quantile(0.5), Quantile(0.99), Quantile(1));
        }
    }

    public void Dispose()
    {
        foreach (var sender in _senders) sender.Connection.Dispose();
        _visible.Dispose();
    }

    private bool IsVisible(Guid id) => _visible.InWorklist.ContainsKey(id) && _visible.InStatistics.ContainsKey(id);

    /// <summary>Null when the phase ended before the target took it.</summary>
    private async Task<Guid?> SubmitAsync(Sender sender, IReadOnlyList<int> lines, CancellationToken stopping)
    {
        var number = Interlocked.Increment(ref _number);
        var line = lines[(int)(number % lines.Count)];
        var template = _target.Requests[line];
        var request = sender.Buffer.AsMemory(0, template.Length);
        template.CopyTo(request);
        Line.Refer(request.Span.Slice(_references[line], Line.ReferenceLength), number);
        while (true)
        {
            TimeSpan wait;
            try
            {
                var answer = await sender.Connection.SendAsync(request);
                if (answer.Status is 200 or 201)
                {
                    Interlocked.Increment(ref _accepted);
                    return IdIn(answer.Body.Span);
                }
                if (answer.Status < 500 && answer.Status != 429)
                    throw new BenchException($"A deviation was refused with {answer.Status}: {Encoding.UTF8.GetString(answer.Body.Span)}");
                Interlocked.Increment(ref answer.Status is 429 or 503 ? ref _throttled : ref _failed);
                wait = answer.RetryAfter ?? DefaultRetry;
            }
            catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
            {
                Interlocked.Increment(ref _failed);
                wait = DefaultRetry;
            }
            // The same reference again: had the first try been stored after all, it is answered 200 and counts once.
            await Task.Delay(wait, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stopping.IsCancellationRequested) return null;
        }
    }

    private static Guid IdIn(ReadOnlySpan<byte> body)
    {
        var member = "\"id\":\""u8;
        var at = body.IndexOf(member);
        return at >= 0 && Guid.TryParse(body[(at + member.Length)..][..36], null, out var id) ? id
            : throw new BenchException("The answer to a deviation held no id.");
    }

    /// <summary>Waits until nothing is left, or until nothing has changed for a while; answers what is left.</summary>
    internal static async Task<long> UntilAsync(Func<long> left, TimeSpan patience, TimeSpan every)
    {
        var (least, changed) = (left(), Stopwatch.GetTimestamp());
        while (least > 0 && Stopwatch.GetElapsedTime(changed) < patience)
        {
            await Task.Delay(every);
            if (left() is var now && now < least) (least, changed) = (now, Stopwatch.GetTimestamp());
        }
        return least;
    }

    private Reading Now()
    {
        var at = Stopwatch.GetTimestamp();
        var accepted = Interlocked.Read(ref _accepted);
        var (worklist, statistics) = _visible.Count();
        return new(at, accepted, worklist, statistics, Interlocked.Read(ref _throttled), Interlocked.Read(ref _failed),
            [.. _target.Processes.Select(Processes.Cpu)], Processes.Machine());
    }

    private sealed record Sender(HttpConnection Connection, byte[] Buffer);

    private sealed record Reading(long At, long Accepted, long Worklist, long Statistics, long Throttled, long Failed, TimeSpan[] Cpu, TimeSpan Machine);
}
