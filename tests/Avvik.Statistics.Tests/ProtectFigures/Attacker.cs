using Avvik.Client;
using Avvik.Statistics.ProtectFigures;
using Google.OrTools.Sat;

namespace Avvik.Statistics.Tests.ProtectFigures;

/// <summary>
/// Knows every published number, what adds up to what, and how the figures are made: each is at most the base too high or too low, in every quarter. It
/// asks a solver (OR-Tools' CP-SAT) how far a true count can be narrowed.
/// </summary>
internal sealed class Attacker
{
    private const int More = 100_000;
    // Asked for by two properties, a count may be twice the base wrong, and a few are a little more.
    private const int PairSlack = 3;
    private static readonly string[] Divisions = ["direction", "region", "clause", "category", "kind", "harm", "status"];

    private readonly CpModel _model = new();
    private readonly Dictionary<string, IntVar> _cells = new(StringComparer.Ordinal);

    public bool Knows(string cell) => _cells.ContainsKey(cell);

    public void LearnExact(string cell, int count) => _model.Add(Cell(cell) == count);

    public void LearnLeast(string cell, int count) => _model.Add(Cell(cell) >= count);

    public void LearnRounded(string cell, int count, int most) => _model.AddLinearConstraint(Cell(cell), Math.Max(0, count - most), count + most);

    public void LearnExactSum(string whole, params string[] parts) => _model.Add(LinearExpr.Sum(parts.Select(Cell)) == Cell(whole));

    /// <summary>A report's counts.</summary>
    /// <param name="quarters">How many are added up in it: each may be wrong by the base.</param>
    public void Learn(string period, Report report, int quarters)
    {
        Near($"{period}/all", report.KeyFigures.Rows.Single(r => r.Code == "received").Values[0], quarters);
        foreach (var table in report.Tables.Where(t => t.Columns[0].Code == "count"
            && t.Code is not ("trend" or "trendHarm" or "hopPair" or "measureState" or "course" or "quality")))
        {
            foreach (var row in table.Rows) Near($"{period}/{table.Code}:{row.Code ?? "-"}", row.Values[0], quarters);
            if (Divisions.Contains(table.Code)) Adds($"{period}/all", table.Rows.Select(r => $"{period}/{table.Code}:{r.Code ?? "-"}"));
            foreach (var part in table.Rows.Where(r => r.Parent is not null).GroupBy(r => r.Parent))
                Adds($"{period}/{(table.Code == "unit" ? "direction" : "region")}:{part.Key}", part.Select(r => $"{period}/{table.Code}:{r.Code ?? "-"}"));
        }
    }

    /// <summary>An answer by two dimensions: its rows add up to those by one.</summary>
    public void Learn(string period, string[] by, StatisticsAnswer answer)
    {
        var rows = answer.Rows.Select(r => (Codes: by.Select(d => r.Dimensions![d].GetString() ?? "-").ToArray(), r.Count)).ToList();
        foreach (var (codes, count) in rows) Near(Key(codes), count, PairSlack);
        for (var i = 0; i < 2; i++)
            foreach (var part in rows.GroupBy(r => r.Codes[i]))
                // Combinations that are not there are zero, and so may be up to the base.
                if (!by.Contains("patientGroup"))
                    _model.Add(LinearExpr.Sum(part.Select(r => Cell(Key(r.Codes)))) <= Cell($"{period}/{by[i]}:{part.Key}"));

        string Key(string[] codes) => $"{period}/{by[0]}:{codes[0]}|{by[1]}:{codes[1]}";
    }

    /// <summary>Since a version, at most so many more have come of anything.</summary>
    public void LearnLater(string period, string later, int most)
    {
        foreach (var cell in _cells.Keys.Where(c => c.StartsWith(later + "/", StringComparison.Ordinal)).ToList())
            if (period + cell[later.Length..] is var before && Knows(before)) _model.AddLinearConstraint(Cell(cell) - Cell(before), 0, most);
    }

    /// <summary>The counts of a region, a patient group or an agreement are at most those of the year.</summary>
    public void LearnPart(string year, string dimension, string code, Report report)
    {
        foreach (var table in report.Tables.Where(t => Divisions.Contains(t.Code)))
            foreach (var row in table.Rows)
            {
                var key = $"{year}/{dimension}:{code}|{table.Code}:{row.Code ?? "-"}";
                Near(key, row.Values[0], 4);
                if (Knows($"{year}/{table.Code}:{row.Code ?? "-"}")) _model.Add(Cell(key) <= Cell($"{year}/{table.Code}:{row.Code ?? "-"}"));
            }
    }

    /// <summary>Each count of the year is the sum of its quarters'.</summary>
    public void LearnSum(string year, string[] quarters)
    {
        foreach (var cell in _cells.Keys.Where(c => c.StartsWith(year + "/", StringComparison.Ordinal)).ToList())
            if (quarters.Select(q => q + cell[year.Length..]).ToArray() is var parts && Array.TrueForAll(parts, Knows)) Adds(cell, parts);
    }

    /// <summary>Between which numbers a true count lies.</summary>
    public (long From, long To) Narrow(string cell) => (Solve(cell, isLeast: true), Solve(cell, isLeast: false));

    private long Solve(string cell, bool isLeast)
    {
        if (isLeast) _model.Minimize(_cells[cell]);
        else _model.Maximize(_cells[cell]);
        using var solver = new CpSolver { StringParameters = "num_workers:2" };
        Assert.Equal(CpSolverStatus.Optimal, solver.Solve(_model));
        return (long)solver.ObjectiveValue;
    }

    private void Near(string cell, Figure? published, int quarters)
    {
        if (published?.Value is not { } count) return;
        _model.AddLinearConstraint(Cell(cell), Math.Max(0, (long)count - quarters * Protection.Base), (long)count + quarters * Protection.Base);
    }

    private void Adds(string whole, IEnumerable<string> parts) => _model.Add(LinearExpr.Sum(parts.Select(Cell)) == Cell(whole));

    private IntVar Cell(string name)
    {
        if (!_cells.TryGetValue(name, out var cell)) _cells.Add(name, cell = _model.NewIntVar(0, More, name));
        return cell;
    }
}
