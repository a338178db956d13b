using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Avvik.Contracts;

namespace Avvik.Client;

/// <summary>A message that waits for an operator. What it said is not shown.</summary>
/// <param name="Id">Use it to requeue or discard.</param>
/// <param name="Source">
/// <c>outbox</c>: the broker refused it. <c>inbox</c>: it cannot be applied. <c>unreadable</c>: it is no page of events. <c>deadLetter</c>: its consumer
/// died on it too often.
/// </param>
/// <param name="Type">Wire name of the event; of an unreadable message or a dead letter, the queue.</param>
/// <param name="Error">Type of the last error.</param>
/// <param name="ParkedAt">When it was parked.</param>
public sealed record ParkedMessage(Guid Id, string Source, string Type, string Error, DateTimeOffset ParkedAt);

/// <summary>Which parked messages: <c>GET /ops/{service}/parked</c>.</summary>
public sealed record ParkedMessageQuery
{
    /// <summary>As in <see cref="ParkedMessage.Source"/>.</summary>
    public string? Source { get; init; }
    /// <summary>As in <see cref="ParkedMessage.Type"/>.</summary>
    public string? Type { get; init; }
    /// <summary>As in <see cref="ParkedMessage.Error"/>.</summary>
    public string? Error { get; init; }
    /// <summary><see cref="Page{T}.NextCursor"/> of the page before; null: from the start.</summary>
    public string? Cursor { get; init; }
    /// <summary>How many, at most 200; 50 when not given.</summary>
    public int? Limit { get; init; }
}

/// <summary>Why a parked message is requeued or discarded.</summary>
public sealed record ParkedMessageReason
{
    /// <summary>Kept with the message, at most 4,000 characters; free of identities.</summary>
    [Required]
    public string? Reason { get; init; }
}

/// <summary>Which parked messages are requeued or discarded, and why; at least one member beside the reason is named.</summary>
public sealed record ParkedMessageSelection
{
    /// <summary>Kept with each message, at most 4,000 characters; free of identities.</summary>
    [Required]
    public string? Reason { get; init; }
    /// <summary>As in <see cref="ParkedMessage.Source"/>.</summary>
    public string? Source { get; init; }
    /// <summary>As in <see cref="ParkedMessage.Type"/>.</summary>
    public string? Type { get; init; }
    /// <summary>As in <see cref="ParkedMessage.Error"/>.</summary>
    public string? Error { get; init; }
    /// <summary>Parked at or after this moment.</summary>
    public DateTimeOffset? From { get; init; }
    /// <summary>Parked before this moment.</summary>
    public DateTimeOffset? To { get; init; }
}

/// <summary>How far requeuing or discarding many messages has come.</summary>
/// <param name="Resolved">Messages requeued or discarded so far.</param>
/// <param name="Failed">Messages that failed again and stay parked.</param>
public sealed record ParkedMessageProgress(int Resolved, int Failed)
{
    /// <summary>Where the reason may identify someone; null when it does not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TextWarning>? Warnings { get; init; }
}
