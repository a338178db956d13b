using Avvik.Statistics.Figures;

namespace Avvik.Statistics.Reports;

/// <summary>A number of a report, and what it is divided into.</summary>
internal sealed class Cell(string table, string? code, long count, Tally? tally = null)
{
    /// <summary>The table it stands in.</summary>
    public string Table => table;
    /// <summary>Null for what has none.</summary>
    public string? Code => code;
    public long Count => count;
    /// <summary>What the derived figures are made from; null where there are none.</summary>
    public Tally? Tally => tally;
    /// <summary>The same for the same cell in every version and in the year's report.</summary>
    public string Key => $"{table}:{code ?? "-"}";
    public List<Division> Divisions { get; } = [];
    /// <summary>Shown as ":".</summary>
    public bool Hidden { get; set; }

    /// <summary>
    /// The least it can be for someone who sees which cells below are zero, and nothing else of them: every cell that is not shown as zero is at least one.
    /// </summary>
    public long Least => count == 0 ? 0 : Math.Max(1, Divisions.Where(d => !d.Overlaps).Select(d => d.Cells.Sum(c => c.Least)).DefaultIfEmpty().Max());
}

/// <summary>A division of a cell. Where the parts do not overlap, they add up to it.</summary>
internal sealed class Division(string table, bool overlaps, IReadOnlyList<Cell> cells)
{
    public string Table => table;
    /// <summary>A deviation can be in several parts (patient groups, causes): each part then only divides the whole in itself and the rest.</summary>
    public bool Overlaps => overlaps;
    public IReadOnlyList<Cell> Cells => cells;
    /// <summary>No part of it is shown, not even a zero: it reads as one row, the whole.</summary>
    public bool Folded { get; set; }
}
