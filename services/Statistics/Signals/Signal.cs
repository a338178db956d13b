namespace Avvik.Statistics.Signals;

/// <summary>A series that had far more deviations than usual.</summary>
internal sealed class Signal
{
    public required Guid Id { get; init; }
    public required string Community { get; init; }
    public required string Category { get; init; }
    /// <summary>Empty for a category in the whole community.</summary>
    public required string Unit { get; init; }
    /// <summary>Empty for all municipalities.</summary>
    public required string Municipality { get; init; }
    /// <summary>A constant of <see cref="SignalJudge"/>; <c>nelson1</c>, <c>nelson2</c> or <c>cusum</c> in rows of the first release.</summary>
    public required string Rule { get; init; }
    /// <summary>The last day of the data behind it.</summary>
    public required DateOnly RaisedOn { get; init; }
    /// <summary>The last day on which it still had more than usual; null in rows of the first release.</summary>
    public DateOnly? LastOn { get; set; }
    /// <summary>The days in which there were so many, ending with <see cref="RaisedOn"/>; null in rows of the first release.</summary>
    public int? Days { get; init; }
    /// <summary>Deviations in those days; null in rows of the first release.</summary>
    public int? Observed { get; init; }
    /// <summary>Deviations that were expected in them; null in rows of the first release.</summary>
    public double? Expected { get; init; }
    /// <summary>Deviations a day in the last twelve weeks, the last last, as in <c>0,2,1</c>.</summary>
    public required string Data { get; init; }
    /// <summary><c>new</c>, <c>lookedAt</c> or <c>explained</c>.</summary>
    public required string State { get; set; }
    public string? Note { get; set; }
    public required DateTimeOffset ChangedAt { get; set; }

    public SeriesKey Series => new(Category, Unit, Municipality);
}
