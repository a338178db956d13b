namespace Avvik.Client;

/// <summary>An address that changes are sent to, as Standard Webhooks describes (<c>POST /api/v1/webhooks</c>).</summary>
public sealed record Webhook
{
    /// <summary>Of the webhook.</summary>
    public required Guid Id { get; init; }
    /// <summary>Rises with each change of it; also the ETag.</summary>
    public required int Version { get; init; }
    /// <summary>Where changes are posted to.</summary>
    public required string Url { get; init; }
    /// <summary>Code of a unit of the party: changes of what that unit has reported, and no others; null: all of the party's.</summary>
    public string? ReportingUnit { get; init; }
    /// <summary>
    /// <c>active</c>; <c>failing</c>: the last attempt failed and is repeated; <c>disabled</c>: nothing is sent until it is enabled again, and then all that
    /// has waited.
    /// </summary>
    public required string State { get; init; }
    /// <summary>Everything up to here has been delivered: a cursor of the change feed.</summary>
    public required string Cursor { get; init; }
    /// <summary>When something was last delivered.</summary>
    public DateTimeOffset? DeliveredAt { get; init; }
    /// <summary>Why the last attempt failed; null when it did not.</summary>
    public WebhookFailure? Failure { get; init; }
    /// <summary>Until when an earlier secret still signs beside the present one; null when there is none.</summary>
    public DateTimeOffset? EarlierSecretUntil { get; init; }
    /// <summary>The signing secret (<c>whsec_…</c>), in the answers to a registration and a rotation and never again.</summary>
    public string? Secret { get; init; }
}

/// <summary>Attempts that failed.</summary>
/// <param name="Code">
/// Status of the answer (<c>http503</c>), <c>timeout</c>, <c>connectionFailed</c>, <c>addressRefused</c> (not an address that the server may call),
/// <c>unreadable</c> (the server's key is gone: register again), or, when it was given up, <c>expired</c>.
/// </param>
/// <param name="Since">When the first of them failed.</param>
/// <param name="Attempts">How many there were.</param>
/// <param name="NextAttemptAt">When it is tried again; null when it is not.</param>
public sealed record WebhookFailure(string Code, DateTimeOffset Since, int Attempts, DateTimeOffset? NextAttemptAt);

/// <summary>A webhook as it is to be.</summary>
public sealed record WebhookChange
{
    /// <summary>https, on the internet; no user name and no fragment.</summary>
    public string? Url { get; init; }
    /// <summary>See <see cref="Webhook.ReportingUnit"/>.</summary>
    public string? ReportingUnit { get; init; }
    /// <summary>False: nothing is sent. True (or left out): it continues where it stopped.</summary>
    public bool? Enabled { get; init; }
}

/// <summary>Where a webhook is to continue from.</summary>
public sealed record ReplayWebhook
{
    /// <summary>
    /// A cursor of the change feed: what follows it is sent, again too, under the same <c>webhook-id</c>. <c>beginning</c>: all; <c>latest</c>: nothing that
    /// has happened so far.
    /// </summary>
    public string? Cursor { get; init; }
}

/// <summary>How a test message went.</summary>
/// <param name="Delivered">True when it was answered with 2xx.</param>
/// <param name="FailureCode">See <see cref="WebhookFailure"/>; null when it was delivered.</param>
public sealed record WebhookTest(bool Delivered, string? FailureCode);

/// <summary>What is posted to a webhook.</summary>
/// <param name="Type"><c>deviation.changed</c>, or <c>webhook.test</c>. Ignore others.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Data">The change, as the feed has it; null in a test.</param>
public sealed record WebhookEvent(string Type, DateTimeOffset Timestamp, Change? Data);
