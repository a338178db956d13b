using Avvik.Client;

namespace Avvik.Statistics.ProtectFigures;

/// <summary>How figures that leave the parties are protected.</summary>
internal static class Protection
{
    /// <summary>What protected counts are rounded to, and the most that one of them should be wrong by.</summary>
    public const int Base = 5;

    /// <summary>The protected number that must stand behind an answer time, a share or an index of one quarter.</summary>
    public static readonly int FewestBehind = FewestBehindOf(1);

    /// <summary>
    /// The same of several quarters: since each is at most <see cref="Base"/> too high, at least five then stand behind.
    /// </summary>
    public static int FewestBehindOf(int quarters) => (quarters + 1) * Base;

    /// <summary>A figure made from counts; null when there is none, ":" when too few stand behind it.</summary>
    public static Figure? Shown(decimal? value, long behind, bool isProtected, int quarters = 1) =>
        value is not { } number ? null : isProtected && behind < FewestBehindOf(quarters) ? Figure.Suppressed : new Figure((double)number);
}
