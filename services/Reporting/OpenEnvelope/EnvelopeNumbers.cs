using System.Globalization;
using System.Linq.Expressions;
using Avvik.AccessLog;

namespace Avvik.Reporting.OpenEnvelope;

/// <summary>Which envelope of a deviation a line of the access log is about.</summary>
internal static class EnvelopeNumbers
{
    public static string TargetOf(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Openings of envelopes with other numbers: they showed other patients of the same deviations.</summary>
    public static Expression<Func<AccessEntry, bool>> OpeningsOfOthers(IReadOnlyCollection<int> numbers)
    {
        string[] targets = [.. numbers.Select(TargetOf).Distinct()];
        return e => e.Action == AccessActions.EnvelopeOpened && e.Target != null && !targets.Contains(e.Target);
    }
}
