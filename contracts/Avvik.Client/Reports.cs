using System.Text.Json.Serialization;
using Avvik.Contracts;

namespace Avvik.Client;

/// <summary>Figures of a period as a meeting gets them: a quarter, a year, a region, a patient group, or the life of an agreement.</summary>
public sealed record Report
{
    /// <summary>An <see cref="Audience"/>.</summary>
    public const string Everyone = "community", Own = "own";

    /// <summary><c>quarter</c>, <c>year</c>, <c>region</c>, <c>patientGroup</c> or <c>agreement</c>.</summary>
    public required string Kind { get; init; }
    /// <summary>Code of the health community.</summary>
    public required string Community { get; init; }
    /// <summary>Code of the region, patient group, agreement, party or unit it is about; null when it is the whole community.</summary>
    public string? Subject { get; init; }
    /// <summary><c>2026-Q3</c>, <c>2026</c>, or the agreement's code.</summary>
    public required string Period { get; init; }
    /// <summary>First day, Norwegian local date.</summary>
    public required DateOnly From { get; init; }
    /// <summary>Last day, included.</summary>
    public required DateOnly To { get; init; }
    /// <summary>
    /// <see cref="Everyone"/>: the whole community, protected; or <see cref="Own"/>: the cases of the caller's party or unit, whole and as they stand.
    /// <c>ssu</c> in versions frozen before figures were rounded.
    /// </summary>
    public required string Audience { get; init; }
    /// <summary>Every count is a multiple of this, and may be as much too high or too low; 1 when counts are exact.</summary>
    public int RoundedTo { get => field == 0 ? 1 : field; init; }
    /// <summary>From 1; null when it is not frozen and may be another tomorrow.</summary>
    public int? Version { get; init; }
    /// <summary>When that version was frozen.</summary>
    public DateTimeOffset? FrozenAt { get; init; }
    /// <summary>When the figures were taken out.</summary>
    public required DateTimeOffset ExtractedAt { get; init; }
    /// <summary>Why it was frozen again.</summary>
    public string? Reason { get; init; }
    /// <summary>Bokmål.</summary>
    public required string Title { get; init; }
    /// <summary>Each figure on a line of its own; codes in <see cref="ReportRow.Code"/>.</summary>
    public required ReportTable KeyFigures { get; init; }
    /// <summary>The tables, in the order they are read.</summary>
    public required IReadOnlyList<ReportTable> Tables { get; init; }
    /// <summary>
    /// What the meeting should notice, made from the figures by rules, the most important first; empty in versions from before there were any.
    /// </summary>
    public IReadOnlyList<ReportHighlight> Highlights { get => field ?? []; init; }
    /// <summary>Tables that are not shown, and why.</summary>
    public IReadOnlyList<OmittedTable> Omitted { get => field ?? []; init; }
    /// <summary>How it was counted and what was hidden, in bokmål, a paragraph each.</summary>
    public required IReadOnlyList<string> Method { get; init; }
    /// <summary>SHA-256, in hexadecimal, of the canonical form (RFC 8785) of this document without this member.</summary>
    public string? Hash { get; init; }
}

/// <summary>A sentence that the figures of a report give by a rule.</summary>
/// <param name="Code">Of the rule; stable.</param>
/// <param name="Text">Bokmål, with its number.</param>
/// <param name="Table">Code of the table of this report that the number stands in.</param>
public sealed record ReportHighlight(string Code, string Text, string Table);

/// <summary>A table that is not shown.</summary>
/// <param name="Code">Stable.</param>
/// <param name="Title">Bokmål.</param>
/// <param name="Reason">Why not, in bokmål.</param>
public sealed record OmittedTable(string Code, string Title, string Reason);

/// <summary>A table.</summary>
/// <param name="Code">Stable.</param>
/// <param name="Title">Bokmål.</param>
/// <param name="Columns">Of the values of each row.</param>
/// <param name="Rows">In the order they are read.</param>
public sealed record ReportTable(string Code, string Title, IReadOnlyList<ReportColumn> Columns, IReadOnlyList<ReportRow> Rows);

/// <summary>A column.</summary>
/// <param name="Code">Stable.</param>
/// <param name="Label">Bokmål.</param>
public sealed record ReportColumn(string Code, string Label);

/// <summary>A row.</summary>
/// <param name="Code">Of what it counts; null for what has no code.</param>
/// <param name="Label">Bokmål.</param>
/// <param name="Parent">Code of the row of the same or another table that this is a part of; null when it is a part of the whole.</param>
/// <param name="Values">As many as there are columns; null where there is no such figure, <c>":"</c> where too few stand behind it.</param>
public sealed record ReportRow(string? Code, string Label, string? Parent, IReadOnlyList<Figure?> Values);

/// <summary>A version of a frozen report.</summary>
/// <param name="Version">From 1.</param>
/// <param name="FrozenAt">When.</param>
/// <param name="FrozenBy">Organisation number of who froze it; null when the system did.</param>
/// <param name="Reason">Why it was frozen again; null for the first.</param>
/// <param name="Hash">Of the document this caller gets.</param>
public sealed record ReportVersion(int Version, DateTimeOffset FrozenAt, string? FrozenBy, string? Reason, string Hash) : WrittenAnswer;

/// <summary>What freezes a report.</summary>
public sealed record FreezeReport
{
    /// <summary>Why it is frozen again; needed from the second version on.</summary>
    public string? Reason { get; init; }
}

/// <summary>What differs between two versions.</summary>
/// <param name="From">Version.</param>
/// <param name="To">Version.</param>
/// <param name="Reason">Why there is a later one.</param>
/// <param name="Changes">Every figure that is not the same.</param>
public sealed record ReportDiff(int From, int To, string? Reason, IReadOnlyList<ReportChange> Changes);

/// <summary>A figure that differs.</summary>
/// <param name="Table">Code of the table.</param>
/// <param name="Row">Code of the row.</param>
/// <param name="Column">Code of the column.</param>
/// <param name="Before">In the earlier version; null when it had none.</param>
/// <param name="After">In the later.</param>
public sealed record ReportChange(string Table, string? Row, string Column, Figure? Before, Figure? After);

/// <summary>How reports are written and read.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Report))]
[JsonSerializable(typeof(ReportVersion))]
[JsonSerializable(typeof(Page<ReportVersion>))]
[JsonSerializable(typeof(FreezeReport))]
[JsonSerializable(typeof(ReportDiff))]
public sealed partial class ReportJson : JsonSerializerContext;
