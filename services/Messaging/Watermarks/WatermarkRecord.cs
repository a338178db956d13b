namespace Avvik.Messaging.Watermarks;

/// <summary>A watermark that this service has applied, or sent itself.</summary>
internal sealed class WatermarkRecord
{
    public required string Publisher { get; init; }
    public long CompleteUntil { get; init; }
    public long? Previous { get; init; }
    /// <summary>What the publisher had applied of others, as JSON.</summary>
    public required string Applied { get; init; }
    public int Parked { get; init; }
    public long AppliedAt { get; init; }
    /// <summary>False when the one before it is missing.</summary>
    public bool Chained { get; init; }
}
