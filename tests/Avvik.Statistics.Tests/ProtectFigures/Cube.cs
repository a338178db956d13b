using Avvik.Contracts.Routing;
using Avvik.Statistics.Facts;
using Avvik.Statistics.ProtectFigures;

namespace Avvik.Statistics.Tests.ProtectFigures;

/// <summary>Facts in memory without a database, and what a protected cube makes of them.</summary>
internal static class Cube
{
    public static readonly int At = new DateTimeOffset(2026, 8, 20, 0, 0, 0, TimeSpan.Zero).Minutes();

    private static readonly Dimension[] Counted = [.. Dimension.All.Where(d => d != Dimension.Community && d != Dimension.Quarter)];

    public static CountedFact Fact(CaseChanged @case, StringPools pools)
    {
        var f = Statistics.Facts.Fact.Of(@case);
        var fact = new CountedFact
        {
            AnswerTenthsOfDays = f.AnswerTenthsOfDays ?? CountedFact.NotAnswered,
            DueMinutes = f.DueAt?.Minutes() ?? CountedFact.NeverDue,
            ReceivedMinutes = f.ReceivedAt.Minutes(),
            CountedAs = CountedFacts.CountedAs(f.Kind),
            Hops = (byte)f.Hops,
            Disputes = (byte)f.Disputes,
            Measures = (byte)f.Measures,
            MeasuresDone = (byte)f.MeasuresDone,
            MeasuresChecked = (byte)f.MeasuresChecked,
            InTime = f.InTime,
            IsOpen = f.IsOpen,
        };
        foreach (var dimension in Dimension.All) fact.Codes[dimension.Index] = pools[dimension].CodeOf((string?)typeof(Fact)
            .GetProperty(dimension.Property)!.GetValue(f));
        return fact;
    }

    /// <summary>True and rounded counts of deviations by all combinations of that many dimensions.</summary>
    public static IEnumerable<(string Cell, int True, int Rounded, int Error)> Errors(IEnumerable<CountedFact> facts, IEnumerable<CountedFact> rounded,
        StringPools pools, int dimensions)
    {
        var before = Counts(facts, pools, dimensions, 1);
        var after = Counts(rounded, pools, dimensions, Protection.Base);
        return before.Keys.Union(after.Keys).Select(cell => (cell, before.GetValueOrDefault(cell), after.GetValueOrDefault(cell),
            after.GetValueOrDefault(cell) - before.GetValueOrDefault(cell)));
    }

    /// <summary>Whether a report shows a count by these two.</summary>
    public static bool IsShown(string cell) => cell.Split(' ').Select(part => part.Split(':')[0]).ToArray() is [var one, var other]
        && (IsShown(one, other) || IsShown(other, one));

    private static bool IsShown(string of, string by) => of is "region" or "patientGroup" or "agreement"
        && by is "region" or "patientGroup" or "agreement" or "direction" or "clause" or "category" or "kind" or "harm" or "cause";

    public static Dictionary<string, int> Counts(IEnumerable<CountedFact> facts, StringPools pools, int dimensions, int weight)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var fact in facts.Where(f => f.CountedAs is CountedAs.Deviation))
        {
            var members = Counted.Select(d => (Dimension: d, Keys: (d.IsSet
                ? Dimension.Members(pools[d][fact[d]]).Distinct() : [pools[d][fact[d]]]).Select(v => $"{d.Name}:{v}").ToArray())).ToArray();
            var cells = dimensions switch
            {
                0 => ["all"],
                1 => members.SelectMany(m => m.Keys),
                _ => members.SelectMany((a, i) => members.Skip(i + 1).SelectMany(b => a.Keys.SelectMany(_ => b.Keys, (x, y) => $"{x} {y}"))),
            };
            foreach (var cell in cells) counts[cell] = counts.GetValueOrDefault(cell) + weight;
        }
        return counts;
    }

    /// <summary>What anyone would know a case by.</summary>
    public static string Profile(CountedFact fact, StringPools pools) => string.Join('|',
        new[] { Dimension.Municipality, Dimension.Unit, Dimension.Category, Dimension.Kind, Dimension.PatientGroup, Dimension.Harm,
            Dimension.State }.Select(d => pools[d][fact[d]]));
}
