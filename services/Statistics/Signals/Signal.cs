namespace Avvik.Statistics.Signals;

/// <summary>A series of days of category × unit × municipality that left its control limits.</summary>
internal sealed class Signal
{
    public required Guid Id { get; init; }
    public required string Community { get; init; }
    public required string Category { get; init; }
    public required string Unit { get; init; }
    public required string Municipality { get; init; }
    public required string Rule { get; init; }
    /// <summary>The last day of the data behind it.</summary>
    public required DateOnly RaisedOn { get; init; }
    /// <summary>Deviations a day, the last last, as in <c>0,2,1</c>.</summary>
    public required string Data { get; init; }
    /// <summary><c>new</c>, <c>lookedAt</c> or <c>explained</c>.</summary>
    public required string State { get; set; }
    public string? Note { get; set; }
    public required DateTimeOffset ChangedAt { get; set; }
}
