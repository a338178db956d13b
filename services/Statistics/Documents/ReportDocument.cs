using System.Text.Json.Serialization;

namespace Avvik.Statistics.Documents;

/// <summary>
/// A report as it is read: what every format is made from. It holds words and figures that are already decided (labels, suppression, order), so that
/// no format decides anything, and two formats cannot say different things.
/// </summary>
internal sealed record ReportDocument
{
    /// <summary>What it is, without whose and when: «Kvartalsrapport til SSU».</summary>
    public required string Title { get; init; }
    public required string Community { get; init; }
    /// <summary>Code of the health community.</summary>
    public required string CommunityCode { get; init; }

    /// <summary>As people say it: «3. kvartal 2026».</summary>
    public required string Period { get; init; }
    /// <summary><c>2026-Q3</c>.</summary>
    public required string PeriodCode { get; init; }
    /// <summary>Null for the sum of frozen quarters, and for figures that may be others tomorrow.</summary>
    public int? Version { get; init; }
    /// <summary>The figures may be others tomorrow.</summary>
    public bool IsPreliminary { get; init; }
    public required DateTimeOffset ExtractedAt { get; init; }
    /// <summary>Why this version was made.</summary>
    public string? Reason { get; init; }
    /// <summary>Of the frozen data, in hexadecimal.</summary>
    public string? ContentHash { get; init; }

    /// <summary>«Dette bør SSU merke seg».</summary>
    public string HighlightsTitle { get; init; } = "";
    public IReadOnlyList<Highlight> Highlights { get; init; } = [];
    public IReadOnlyList<KeyFigure> KeyFigures { get; init; } = [];
    /// <summary>More key figures, each with those it is compared with, for the rest of the first page.</summary>
    public ReportSection? KeyFigureTable { get; init; }
    /// <summary>How figures are to be read, on the first page.</summary>
    public IReadOnlyList<string> Reading { get; init; } = [];
    /// <summary>A page each, if what is in them fits.</summary>
    public IReadOnlyList<ReportChapter> Chapters { get; init; } = [];
    /// <summary>All figures with their codes, for those who count on.</summary>
    public IReadOnlyList<DataTable> Data { get; init; } = [];
}

/// <summary>A sentence to notice.</summary>
/// <param name="Source">Where its number stands: «Tabell 3, side 4».</param>
/// <param name="IsOnFront">It stands on the first page.</param>
internal sealed record Highlight(string Text, string Source, bool IsOnFront = false);

/// <param name="Change">How it has changed from what it is compared with, in words and figures; empty when there is nothing to compare with.</param>
/// <param name="Arrow">Which way.</param>
/// <param name="Note">Said below it in small letters.</param>
internal sealed record KeyFigure(string Label, string Value, Arrow Arrow = Arrow.None, string Change = "", string Note = "");

internal enum Arrow
{
    None,
    Up,
    Down,
    Same,
}

/// <summary>What is read together: sections, then paragraphs.</summary>
internal sealed record ReportChapter(string Title, IReadOnlyList<ReportSection> Sections)
{
    public string? Introduction { get; init; }
    public IReadOnlyList<ReportNote> Notes { get; init; } = [];
}

/// <summary>Paragraphs under a heading.</summary>
internal sealed record ReportNote(string Title, IReadOnlyList<string> Paragraphs);

/// <summary>One table, with a chart of some of its columns. A trend is drawn in its place; bars are drawn within it.</summary>
internal sealed record ReportSection(string Title, ReportTable Table)
{
    public string? Introduction { get; init; }
    /// <summary>Said below it: what is not shown.</summary>
    public string? Note { get; init; }
    /// <summary>How many rows are in the workbook only.</summary>
    public int MoreRows { get; init; }
    public ReportChart? Chart { get; init; }
}

/// <param name="Name">Short, ASCII, unique in the document: the name of the chart's file.</param>
internal sealed record ReportTable(string Name, IReadOnlyList<ReportColumn> Columns, IReadOnlyList<IReadOnlyList<ReportCell>> Rows)
{
    /// <summary>The last line, set apart from the rows and in no chart.</summary>
    public IReadOnlyList<ReportCell>? Total { get; init; }

    /// <summary>Indexes of rows that are headings of those that follow.</summary>
    public IReadOnlyList<int> Headings { get; init; } = [];
}

/// <param name="Decimals">Of <see cref="ColumnType.Decimal"/> and <see cref="ColumnType.Percent"/>; the most of <see cref="ColumnType.Mixed"/>.</param>
/// <param name="Signed">For a change: a rise is shown with its plus.</param>
internal sealed record ReportColumn(string Title, ColumnType Type, int Decimals = 1, bool Signed = false);

[JsonConverter(typeof(JsonStringEnumConverter<ColumnType>))]
internal enum ColumnType
{
    Text,
    Integer,
    Decimal,

    /// <summary>87.5 is 87.5 per cent.</summary>
    Percent,

    /// <summary>Figures of several kinds, each with as many decimals as it has.</summary>
    Mixed,
}

/// <summary>A table with its codes, as it is in the report's JSON.</summary>
/// <param name="Code">Stable.</param>
internal sealed record DataTable(string Code, string Title, IReadOnlyList<DataColumn> Columns, IReadOnlyList<DataRow> Rows)
{
    /// <summary>What is drawn of it in the workbook; null for nothing.</summary>
    public ReportChart? Chart { get; init; }
}

/// <param name="Code">Of the measure; stable.</param>
/// <param name="Compared">Code of the earlier period that it shows the first column of; null for a measure of this one.</param>
/// <param name="Definition">What it is, in a sentence.</param>
internal sealed record DataColumn(string Code, ReportColumn Column, string? Compared, string Definition);

/// <param name="Code">Null for what has no code.</param>
/// <param name="Parent">Code of what it is a part of.</param>
internal sealed record DataRow(string? Code, string Label, string? Parent, string? ParentLabel, IReadOnlyList<ReportCell> Cells)
{
    /// <summary>How this row's values are written, where rows are of different kinds; null: as the column says.</summary>
    public ReportColumn? Column { get; init; }
}

/// <summary>A word, a number, nothing, or a number that is hidden.</summary>
internal readonly record struct ReportCell
{
    /// <summary>What there is nothing to say of: an answer time where nothing was answered.</summary>
    public static readonly ReportCell Empty;

    /// <summary>Hidden because it could point at a person: shown as a colon.</summary>
    public static readonly ReportCell Suppressed = new() { IsSuppressed = true };

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Text { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Number { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsSuppressed { get; init; }

    public static implicit operator ReportCell(string? text) => new() { Text = text };
    public static implicit operator ReportCell(decimal? number) => new() { Number = number };
    public static implicit operator ReportCell(decimal number) => new() { Number = number };
    public static implicit operator ReportCell(long number) => new() { Number = number };
    public static implicit operator ReportCell(int number) => new() { Number = number };
}

/// <summary>A drawing of columns of the section's table, so that it cannot show another number than the table does.</summary>
/// <param name="Labels">The column that names the rows.</param>
/// <param name="Values">The column that is drawn.</param>
[JsonDerivedType(typeof(BarChart), "bars")]
[JsonDerivedType(typeof(TrendChart), "trend")]
internal abstract record ReportChart(string Title, int Labels, int Values);

/// <summary>A bar for each row, in the table's order. A hidden row has its colon and no bar.</summary>
internal sealed record BarChart(string Title, int Labels, int Values) : ReportChart(Title, Labels, Values);

/// <summary>A point for each row, in time, between control limits that are columns too; see <c>ControlChart</c>.</summary>
internal sealed record TrendChart(string Title, int Labels, int Values, int Centre, int Lower, int Upper) : ReportChart(Title, Labels, Values);
