using Avvik.Client;

namespace Avvik.Statistics.ProtectFigures;

/// <summary>How figures that leave the parties are protected.</summary>
internal static class Protection
{
    /// <summary>What protected counts are rounded to, and the most that one of them should be wrong by.</summary>
    public const int Base = 5;

    /// <summary>
    /// The protected number that must stand behind an answer time, a share or an index: since a protected count is at most <see cref="Base"/> too high, at
    /// least five then do.
    /// </summary>
    public const int FewestBehind = 2 * Base;

    /// <summary>A figure made from counts; null when there is none, ":" when too few stand behind it.</summary>
    public static Figure? Shown(decimal? value, long behind, bool isProtected) =>
        value is not { } number ? null : isProtected && behind < FewestBehind ? Figure.Suppressed : new Figure((double)number);
}
