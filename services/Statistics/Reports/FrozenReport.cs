namespace Avvik.Statistics.Reports;

/// <summary>A version of a quarter's report, as one audience gets it. Rows are only ever added.</summary>
internal sealed record FrozenReport
{
    public required string Community { get; init; }
    public required string Quarter { get; init; }
    public required int Version { get; init; }
    public required string Audience { get; init; }
    public required DateTimeOffset FrozenAt { get; init; }
    /// <summary>Organisation number; null when the system did.</summary>
    public string? FrozenBy { get; init; }
    public string? Reason { get; init; }
    public required string Hash { get; init; }
    /// <summary>The document, in canonical form.</summary>
    public required byte[] Body { get; init; }
    /// <summary>Keys of what is not shown (<see cref="Suppression.Hidden"/>), one a line: it stays hidden in later versions and in the year.</summary>
    public required string Hidden { get; init; }
}
