namespace Avvik.Contracts;

/// <summary>From a day to a day, both included.</summary>
internal static class Validity
{
    /// <summary>True for a day of it.</summary>
    /// <param name="from">First day; null: always has been.</param>
    /// <param name="to">Last day; null: still is.</param>
    /// <param name="day">Norwegian local date.</param>
    public static bool Covers(DateOnly? from, DateOnly? to, DateOnly day) => (from is null || from <= day) && (to is null || day <= to);
}
