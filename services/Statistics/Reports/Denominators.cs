using System.Globalization;
using Microsoft.Extensions.Options;

namespace Avvik.Statistics.Reports;

/// <summary>
/// What deviations are divided by, from the file <see cref="ReportOptions.DenominatorFile"/>: a line for each measure, period and municipality.
/// </summary>
internal sealed class Denominators
{
    public const string Inhabitants = "inhabitants", Admissions = "admissions", Discharges = "discharges";

    private const string Header = "measure;period;area;value";
    private readonly Dictionary<(string Measure, string Period), Dictionary<string, int>> _values = [];

    public Denominators(IOptions<ReportOptions> options) => MunicipalFile.Read(options.Value.DenominatorFile, Header, Add,
        $"a measure ({Inhabitants} of a year, {Admissions} or {Discharges} of a quarter), a period, a municipality number and a whole number above zero, "
            + "each measure once for a period and an area.");

    /// <summary>The inhabitants of a year by municipality number, or of the last year before it that is given; empty when none is.</summary>
    public IReadOnlyDictionary<string, int> InhabitantsOf(int year) =>
        _values.Where(v => v.Key.Measure == Inhabitants && string.CompareOrdinal(v.Key.Period, Text(year)) <= 0)
            .OrderBy(v => v.Key.Period, StringComparer.Ordinal).Select(v => v.Value).LastOrDefault() ?? [];

    /// <summary>A measure of quarters by municipality number: those municipalities that have it in all of them.</summary>
    public IReadOnlyDictionary<string, int> Of(string measure, IEnumerable<Period> quarters)
    {
        var given = quarters.Select(q => _values.GetValueOrDefault((measure, q.Code)) ?? []).ToList();
        return given.Count == 0 ? new Dictionary<string, int>()
            : given[0].Keys.Where(area => given.TrueForAll(g => g.ContainsKey(area))).ToDictionary(area => area, area => given.Sum(g => g[area]),
                StringComparer.Ordinal);
    }

    private bool Add(string line)
    {
        if (line.Split(';') is not [(Inhabitants or Admissions or Discharges) and var measure, var period, var area, var value]
            || Period.Read(period) is not { } read || read.IsQuarter == (measure == Inhabitants) || !MunicipalFile.IsMunicipality(area)
            || !int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0) return false;
        if (!_values.TryGetValue((measure, period), out var values)) _values.Add((measure, period), values = new(StringComparer.Ordinal));
        return values.TryAdd(area, number);
    }

    private static string Text(int year) => year.ToString("0000", CultureInfo.InvariantCulture);
}

/// <summary>The denominators of one period, by municipality number.</summary>
internal sealed record Rates(
    IReadOnlyDictionary<string, int> Inhabitants, IReadOnlyDictionary<string, int> Admissions, IReadOnlyDictionary<string, int> Discharges)
{
    public static readonly Rates None = new(new Dictionary<string, int>(), new Dictionary<string, int>(), new Dictionary<string, int>());

    public static Rates Of(Denominators denominators, Period period)
    {
        Period[] quarters = [.. period.IsQuarter ? [period] : period.Quarters];
        return new(denominators.InhabitantsOf(period.From.Year), denominators.Of(Denominators.Admissions, quarters),
            denominators.Of(Denominators.Discharges, quarters));
    }

    /// <summary>True when municipalities can be compared at all: raw counts side by side say who is large.</summary>
    public bool Any => All.Any(r => r.Of.Count > 0);

    /// <summary>The column's code, what it divides by, and for how many of them the rate is.</summary>
    public IEnumerable<(string Column, IReadOnlyDictionary<string, int> Of, int Each)> All =>
        [("perTenThousand", Inhabitants, 10_000), ("perThousandAdmissions", Admissions, 1000), ("perThousandDischarges", Discharges, 1000)];
}
