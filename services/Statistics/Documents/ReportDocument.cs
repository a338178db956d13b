using System.Text.Json.Serialization;

namespace Avvik.Statistics.Documents;

/// <summary>
/// A report as it is read: what every format is made from. It holds words and figures that are already decided (labels, suppression, order), so that
/// no format decides anything, and two formats cannot say different things.
/// </summary>
internal sealed record ReportDocument
{
    public required string Title { get; init; }
    public required string Subtitle { get; init; }
    public required string Community { get; init; }

    /// <summary>As people say it: «3. kvartal 2026».</summary>
    public required string Period { get; init; }
    public required int Version { get; init; }
    public required DateTimeOffset ExtractedAt { get; init; }

    /// <summary>Of the frozen data, in hexadecimal.</summary>
    public required string ContentHash { get; init; }
    public IReadOnlyList<KeyFigure> KeyFigures { get; init; } = [];
    public IReadOnlyList<ReportSection> Sections { get; init; } = [];

    /// <summary>Paragraphs on how things were counted, last in the report.</summary>
    public IReadOnlyList<string> Method { get; init; } = [];

    /// <summary>Paragraphs on what was hidden, and why.</summary>
    public IReadOnlyList<string> Suppression { get; init; } = [];
}

/// <param name="Type">How the value is shown; <see cref="ColumnType.Text"/> for one that is not a number.</param>
/// <param name="Note">Said below it in small letters, such as the change from last year.</param>
internal sealed record KeyFigure(string Label, ColumnType Type, ReportCell Value, string? Note = null, int Decimals = 1);

/// <summary>One table, and perhaps a chart of some of its columns.</summary>
internal sealed record ReportSection(string Title, ReportTable Table)
{
    public string? Introduction { get; init; }
    public ReportChart? Chart { get; init; }
}

/// <param name="Name">Short, ASCII, unique in the document: the name of the file in the CSV archive.</param>
internal sealed record ReportTable(string Name, IReadOnlyList<ReportColumn> Columns, IReadOnlyList<IReadOnlyList<ReportCell>> Rows)
{
    /// <summary>The last line, set apart from the rows and in no chart.</summary>
    public IReadOnlyList<ReportCell>? Total { get; init; }
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
