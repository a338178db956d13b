using System.Globalization;
using System.Text;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Testing;
using Directory = System.IO.Directory;

namespace Avvik.Statistics.Tests.Reports;

/// <summary>
/// Knows every number of the reports it is given, what adds up to what, and that what is shown as ":" is not zero; asks a solver how far each hidden
/// number can be narrowed. It knows nothing of how the service hides.
/// </summary>
internal sealed class Attacker
{
    private const int More = 1_000_000;
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (long From, long To)> _bounds = new(StringComparer.Ordinal);
    private readonly List<string> _constraints = [];
    private readonly List<string> _parts = [];
    // Those whose pairs of units stand one by one: a pair that is not there is zero.
    private readonly HashSet<string> _pairsKnown = new(StringComparer.Ordinal);

    /// <summary>A report's numbers, under a name of its own: <c>2026-Q3</c>.</summary>
    public void Learn(string name, Report report)
    {
        var total = Cell(name, "total", "all", null, report.KeyFigures.Rows.Single(r => r.Code == "received").Values[0]!.Value);
        var measures = Cell(name, "measures", "measures", null, report.KeyFigures.Rows.Single(r => r.Code == "measures").Values[0]!.Value);
        SumsTo(measures, [.. report.KeyFigures.Rows.Where(r => r.Code is "measuresPlanned" or "measuresDone" or "measuresEffectChecked").Select(r => Cell(name, "measureState", r.Code, null, r.Values[0]))]);
        foreach (var table in report.Tables)
        {
            if (table.Code is "trend" or "answers" or "pairs") continue;
            foreach (var part in table.Rows.GroupBy(r => r.Parent))
            {
                // One row for the whole: it says nothing of the parts.
                if (part.Any(r => r.Label.EndsWith(Texts.Report("rowTogether"), StringComparison.OrdinalIgnoreCase))) continue;
                if (table.Code == "hopPair") _pairsKnown.Add(name);
                bool IsRest(ReportRow row) => row is { Code: null, Parent: not null } && table.Code == "municipality";
                var cells = part.Where(r => !IsRest(r)).Select(r => Cell(name, table.Code, r.Code, r.Parent, r.Values[0]!.Value)).ToArray();
                foreach (var rest in part.Where(IsRest))
                    _constraints.Add(string.Create(CultureInfo.InvariantCulture, $"{string.Join(" + ", cells.Where(c => _bounds[c].From != _bounds[c].To))} = {rest.Values[0]!.Value.Value!.Value}"));
                var whole = part.Key is { } parent ? Name($"{name}/{(table.Code == "unit" ? "direction" : "region")}/{parent}") : total;
                switch (table.Code)
                {
                    case "patientGroup" or "cause":
                        // Each deviation is in at least one row, and in each at most once.
                        _constraints.Add($"{string.Join(" + ", cells)} - {whole} >= 0");
                        _constraints.AddRange(cells.Select(c => $"{whole} - {c} >= 0"));
                        break;
                    case "hopPair":
                        // How many there were is the index times what was received, as far as it was rounded.
                        var (received, index) = (Value("received"), Value("meanHops"));
                        if (received is null || index is null) break;
                        _constraints.Add(string.Create(CultureInfo.InvariantCulture, $"{string.Join(" + ", cells)} >= {Math.Ceiling(received.Value * (index.Value - 0.005) - 1e-6)}"));
                        _constraints.Add(string.Create(CultureInfo.InvariantCulture, $"{string.Join(" + ", cells)} <= {Math.Floor(received.Value * (index.Value + 0.005) + 1e-6)}"));
                        break;
                    default:
                        SumsTo(whole, cells);
                        break;
                }
            }
        }
        double? Value(string code) => report.KeyFigures.Rows.Single(r => r.Code == code).Values[0]?.Value;
        foreach (var course in report.KeyFigures.Rows.Where(r => r.Code is "disputed" or "escalated" or "reopened")) _constraints.Add($"{total} - {Cell(name, "course", course.Code, null, course.Values[0])} >= 0");
        // What is between trusts has no municipal party.
        if (_names.TryGetValue($"{name}/direction/-", out var betweenTrusts) && _names.TryGetValue($"{name}/region/-", out var withoutRegion)) _constraints.Add($"{betweenTrusts} - {withoutRegion} = 0");
    }

    /// <summary>The year is the sum of its quarters, number by number.</summary>
    public void LearnThatYearIsSumOf(string year, params string[] quarters)
    {
        foreach (var (key, name) in _names.Where(n => n.Key.StartsWith(year + "/", StringComparison.Ordinal)).ToList())
            if (key.Contains("/hopPair/", StringComparison.Ordinal))
            {
                if (quarters.All(_pairsKnown.Contains)) SumsTo(name, [.. quarters.Select(q => _names.GetValueOrDefault(q + key[year.Length..])).OfType<string>()]);
            }
            else if (quarters.Select(q => _names.GetValueOrDefault(q + key[year.Length..])).ToArray() is var parts && parts.All(p => p is not null)) SumsTo(name, parts!);
    }

    /// <summary>A region's report: of a table across the region and something else, what stands and the sum of the rest.</summary>
    public void LearnPart(string year, string part, Report report, string[] tables)
    {
        _parts.Add(part);
        foreach (var table in report.Tables.Where(t => tables.Contains(t.Code)))
        {
            bool IsRest(ReportRow row) => row.Label == Texts.Report("rowOthers");
            var shown = table.Rows.Where(r => !IsRest(r)).Select(r => Cell(year, $"{table.Code}|{part}", r.Code, null, r.Values[0])).ToHashSet();
            var codes = _names.Keys.Where(k => k.StartsWith($"{year}/{table.Code}/", StringComparison.Ordinal)).Select(k => k[$"{year}/{table.Code}/".Length..]).ToList();
            var hidden = codes.Select(code => Name($"{year}/{table.Code}|{part}/{code}")).Where(name => !shown.Contains(name)).ToArray();
            if (hidden.Length > 0) _constraints.Add(string.Create(CultureInfo.InvariantCulture, $"{string.Join(" + ", hidden)} = {table.Rows.Where(IsRest).Sum(r => r.Values[0]!.Value.Value ?? 0)}"));
        }
    }

    /// <summary>Each number of the year is the sum of its parts and of what has no part.</summary>
    public void LearnThatTheYearIsSumOfItsParts()
    {
        foreach (var cell in _names.Where(n => n.Key.Contains('|')).GroupBy(n => n.Key.Split('|')[0] + "/" + n.Key[(n.Key.LastIndexOf('/') + 1)..], n => n.Value).ToList())
            if (_names.TryGetValue(cell.Key, out var whole) && cell.Count() == _parts.Count)
                SumsTo(whole, [.. cell, Name(cell.Key.Insert(cell.Key.LastIndexOf('/'), "|-"))]);
    }

    /// <summary>Of every hidden number how wide the interval is that it is known to lie in, and the two ends.</summary>
    public async Task<IReadOnlyDictionary<string, (long From, long To)>> NarrowAsync()
    {
        var hidden = _names.Where(n => _bounds[n.Value].From != _bounds[n.Value].To).OrderBy(n => n.Key, StringComparer.Ordinal).ToArray();
        var folder = Directory.CreateTempSubdirectory("avvik-attack-").FullName;
        try
        {
            foreach (var (i, cell) in hidden.Index())
            {
                await File.WriteAllTextAsync(Path.Combine(folder, $"{i:0000}a.lp"), Program("Minimize", cell.Value));
                await File.WriteAllTextAsync(Path.Combine(folder, $"{i:0000}b.lp"), Program("Maximize", cell.Value));
            }
            if (hidden.Length == 0) return new Dictionary<string, (long, long)>();
            var values = (await Script.RunAsync("tests/Avvik.Statistics.Tests/Reports/solver", folder)).Split('\n').Select(v => long.Parse(v, CultureInfo.InvariantCulture)).ToArray();
            return hidden.Index().ToDictionary(c => c.Item.Key, c => (values[2 * c.Index], values[2 * c.Index + 1]));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private string Cell(string report, string table, string? code, string? parent, Figure? figure)
    {
        var key = $"{report}/{table}/{code ?? "-"}{(code is null && parent is not null ? "@" + parent : "")}";
        var name = Name(key);
        // What is not said at all may be zero.
        _bounds[name] = figure is null ? (0, More) : figure.Value.Value is { } number ? ((long)number, (long)number) : (1, More);
        return name;
    }

    private string Name(string key)
    {
        if (!_names.TryGetValue(key, out var name)) _names.Add(key, name = string.Create(CultureInfo.InvariantCulture, $"x{_names.Count}"));
        _bounds.TryAdd(name, (0, More));
        return name;
    }

    private void SumsTo(string whole, string[] parts) => _constraints.Add($"{string.Join(" + ", parts)} - {whole} = 0");

    private string Program(string goal, string name)
    {
        var text = new StringBuilder($"{goal}\n obj: {name}\nSubject To\n");
        foreach (var (i, constraint) in _constraints.Index()) text.Append(CultureInfo.InvariantCulture, $" c{i}: {Wrapped(constraint)}\n");
        text.Append("Bounds\n");
        foreach (var (cell, (from, to)) in _bounds) text.Append(CultureInfo.InvariantCulture, $" {from} <= {cell} <= {to}\n");
        return text.Append(CultureInfo.InvariantCulture, $"General\n {string.Join("\n ", _bounds.Keys)}\nEnd\n").ToString();
    }

    // Lines of the format are short.
    private static string Wrapped(string constraint) => constraint.Replace(" + ", "\n + ", StringComparison.Ordinal);
}
