using System.Net;
using System.Security.Cryptography;
using System.Text.Json;

namespace Avvik.Client;

/// <summary>
/// Submissions that wait in a file until the server has them, for a clinic that loses its network. What <see cref="Enqueue"/> has returned for survives a
/// crash and a power cut, is sent in the order in which it was queued, and is one deviation however often it must be sent: its client reference says so.
/// </summary>
/// <remarks>
/// The file is encrypted (AES-256-GCM), since a submission names a patient, and one process has it open at a time. It is emptied whenever nothing waits.
/// </remarks>
public sealed class SubmissionOutbox : IDisposable
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1), LongestWait = TimeSpan.FromMinutes(1);
    private readonly OutboxFile _file;
    private readonly Queue<Submission> _waiting = new();
    private readonly SemaphoreSlim _changed = new(0);
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly TimeProvider _clock;
    private volatile bool _isComplete;

    private SubmissionOutbox(OutboxFile file, TimeProvider clock) => (_file, _clock) = (file, clock);

    /// <summary>Opens the outbox in a file, which is created when it is missing.</summary>
    /// <param name="path">The file's, in a folder of its own program.</param>
    /// <param name="key">32 bytes, the same each time; keep them where the system keeps secrets.</param>
    /// <param name="clock">Null: the system's.</param>
    /// <exception cref="IOException">Another process has the outbox open.</exception>
    /// <exception cref="InvalidDataException">The key is not that of the file, or something other than an interrupted write has damaged it.</exception>
    public static SubmissionOutbox Open(string path, byte[] key, TimeProvider? clock = null)
    {
        var outbox = new SubmissionOutbox(OutboxFile.Open(path, key, out var waiting), clock ?? TimeProvider.System);
        foreach (var json in waiting) outbox._waiting.Enqueue(JsonSerializer.Deserialize(json, ClientJson.Default.Submission)!);
        if (outbox._waiting.Count > 0) outbox._changed.Release();
        return outbox;
    }

    /// <summary>How many submissions wait.</summary>
    public int Count
    {
        get { lock (_waiting) return _waiting.Count; }
    }

    /// <summary>Queues a submission; it is on the disk when this returns.</summary>
    /// <exception cref="ArgumentException">It has no client reference, without which it could become two deviations.</exception>
    public void Enqueue(Submission submission)
    {
        if (string.IsNullOrWhiteSpace(submission.ClientReference))
            throw new ArgumentException("A queued submission needs a client reference.", nameof(submission));
        lock (_waiting)
        {
            _file.Add(JsonSerializer.SerializeToUtf8Bytes(submission, ClientJson.Default.Submission));
            _waiting.Enqueue(submission);
        }
        _changed.Release();
    }

    /// <summary>Says that nothing more is queued.</summary>
    public void Complete()
    {
        _isComplete = true;
        _changed.Release();
    }

    /// <summary>
    /// Sends what waits, oldest first, and what is queued later, until <see cref="Complete"/> is called and nothing waits, or it is cancelled. While the
    /// server cannot be reached or is too busy it waits and tries again.
    /// </summary>
    /// <param name="client">What sends.</param>
    /// <param name="settled">
    /// Told the outcome of each submission, which leaves the outbox when this returns: after a crash it may be told the same outcome again.
    /// </param>
    /// <param name="ct">Ends the sending; what waits stays in the file.</param>
    /// <exception cref="AvvikProblemException">The caller has no access (401, 403, 404): nothing is taken from the outbox.</exception>
    /// <exception cref="AvvikTokenException">The issuer gives no token: nothing is taken from the outbox.</exception>
    public async Task SendAsync(IAvvikClient client, Func<QueuedOutcome, CancellationToken, Task> settled, CancellationToken ct)
    {
        await _sending.WaitAsync(ct);
        try
        {
            var wait = FirstWait;
            while (true)
            {
                if (!TryPeek(out var submission))
                {
                    if (_isComplete) return;
                    await _changed.WaitAsync(ct);
                    continue;
                }
                try
                {
                    await settled(await SubmitAsync(client, submission, ct), ct);
                    Remove();
                    wait = FirstWait;
                }
                catch (Exception error) when (IsOutage(error))
                {
                    await Task.Delay((error as AvvikProblemException)?.RetryAfter ?? Jitter(wait), _clock, ct);
                    wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
                }
            }
        }
        finally { _sending.Release(); }
    }

    /// <summary>Closes the file; what waits stays in it.</summary>
    public void Dispose()
    {
        _file.Dispose();
        _changed.Dispose();
        _sending.Dispose();
    }

    private static async Task<QueuedOutcome> SubmitAsync(IAvvikClient client, Submission submission, CancellationToken ct)
    {
        try { return new(submission, await client.SubmitAsync(submission, ct), Refusal: null); }
        // About this submission alone: sending it again does not help, and the others need not wait for it.
        catch (AvvikProblemException refusal) when (refusal.Status is HttpStatusCode.BadRequest or HttpStatusCode.Conflict
            or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnsupportedMediaType or HttpStatusCode.UnprocessableEntity)
        {
            return new(submission, Receipt: null, refusal);
        }
    }

    // Half to one and a half of it, so that the clinics of an outage do not all come back at once.
    private static TimeSpan Jitter(TimeSpan wait) => wait * (RandomNumberGenerator.GetInt32(50, 150) / 100d);

    private static bool IsOutage(Exception error) => error is AvvikUnavailableException
        or AvvikProblemException { Status: HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError };

    private bool TryPeek([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Submission? submission)
    {
        lock (_waiting) return _waiting.TryPeek(out submission);
    }

    private void Remove()
    {
        lock (_waiting)
        {
            _file.RemoveOldest(isLast: _waiting.Count == 1);
            _waiting.Dequeue();
        }
    }
}

/// <summary>What became of a queued submission.</summary>
/// <param name="Submission">As it was queued.</param>
/// <param name="Receipt">The deviation; null when it was refused.</param>
/// <param name="Refusal">Why the server refused it: it must be corrected and queued again, with another client reference after 409.</param>
public sealed record QueuedOutcome(Submission Submission, Deviation? Receipt, AvvikProblemException? Refusal);
