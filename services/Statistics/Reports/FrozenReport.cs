using System.Linq.Expressions;
using Avvik.Client;

namespace Avvik.Statistics.Reports;

/// <summary>A version of a quarter's report. Rows are only ever added.</summary>
internal sealed record FrozenReport
{
    public required string Community { get; init; }
    public required string Quarter { get; init; }
    public required int Version { get; init; }
    /// <summary><see cref="Report.Everyone"/>; <c>ssu</c> and <c>parties</c> in versions from before figures were rounded.</summary>
    public required string Audience { get; init; }
    public required DateTimeOffset FrozenAt { get; init; }
    /// <summary>Organisation number; null when the system did.</summary>
    public string? FrozenBy { get; init; }
    public string? Reason { get; init; }
    public required string Hash { get; init; }
    /// <summary>The document, in canonical form.</summary>
    public required byte[] Body { get; init; }
    /// <summary>Keys of what was not shown, in versions from before figures were rounded; else empty.</summary>
    public required string Hidden { get; init; }

    /// <summary>Versions that everyone may see: those that had been made for the parties alone hid less.</summary>
    public static Expression<Func<FrozenReport, bool>> IsShown => r => r.Audience != "parties";
}
