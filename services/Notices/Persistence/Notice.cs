namespace Avvik.Notices.Persistence;

/// <summary>Something that one unit or one person is notified of. It holds no more than a notice may tell: what it is about, and its kind.</summary>
internal sealed class Notice
{
    public required Guid Id { get; init; }
    public required Guid DeviationId { get; init; }
    /// <summary>Of the change that it tells of; 0 for what is told once in a case's life.</summary>
    public required int Version { get; init; }
    /// <summary>A code of <c>noticeKinds</c>.</summary>
    public required string Kind { get; init; }
    public int? Percent { get; init; }
    public required string Reference { get; init; }
    /// <summary>The party.</summary>
    public required string Organization { get; init; }
    /// <summary>Code of the unit; empty for a person.</summary>
    public string Unit { get; init; } = "";
    /// <summary>Print of the person; empty for a unit.</summary>
    public string Person { get; init; } = "";
    public required DateTimeOffset OccurredAt { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Where a unit or a person gets notices, and which.</summary>
internal sealed class Recipient
{
    public required string Organization { get; init; }
    /// <summary>Code of the unit; empty for a person.</summary>
    public string Unit { get; init; } = "";
    /// <summary>Print of the person; empty for a unit.</summary>
    public string Person { get; init; } = "";
    public int Version { get; set; }
    public string? Email { get; set; }
    public string? LeaderEmail { get; set; }
    public string? Phone { get; set; }
    public int? DigestHour { get; set; }
    public int? QuietFrom { get; set; }
    public int? QuietTo { get; set; }
    /// <summary>Kinds, with a space between them.</summary>
    public string Muted { get; set; } = "";
    public DateTimeOffset? FailedAt { get; set; }
    public string? FailureCode { get; set; }
    public string? FailureChannel { get; set; }
    public DateTimeOffset ChangedAt { get; set; }

    public IReadOnlyList<string> MutedKinds => Muted.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public string? AddressOf(string channel) => channel switch
    {
        Channels.Email => Email,
        Channels.Leader => LeaderEmail,
        _ => Phone,
    };
}

/// <summary>One message to one address: it is written here before it is sent, so that whoever finds it later knows what may have happened.</summary>
internal sealed class Delivery
{
    public required Guid Id { get; init; }
    /// <summary>Whose address it goes to: the key of a <see cref="Recipient"/>.</summary>
    public required string Organization { get; init; }
    public required string Unit { get; init; }
    public required string Person { get; init; }
    public required string Channel { get; init; }
    public string State { get; set; } = DeliveryStates.Pending;
    /// <summary>When it is sent; while it is being sent, when another instance takes it for lost; null when it is over.</summary>
    public DateTimeOffset? NextDueAt { get; set; }
    public int Attempts { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? EndedAt { get; set; }
    public string? FailureCode { get; set; }
}

internal sealed class DeliveredNotice
{
    public required Guid DeliveryId { get; init; }
    public required Guid NoticeId { get; init; }
}

/// <summary>Which person submitted a deviation, as a print.</summary>
internal sealed class Submitter
{
    public required Guid DeviationId { get; init; }
    public required string Organization { get; init; }
    public required string Print { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }
}

internal static class Channels
{
    public const string Email = "email", Leader = "leader", Sms = "sms";
}

internal static class DeliveryStates
{
    /// <summary>A delivery is claimed by <see cref="Sending"/>, which ends by itself when its process does not come back.</summary>
    public const string Pending = "pending", Sending = "sending", Sent = "sent", Failed = "failed", Cancelled = "cancelled";
}
