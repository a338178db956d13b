using Avvik.Client;
using Avvik.Contracts;
using Avvik.Statistics.Documents;
using Avvik.Statistics.ProtectFigures;
using ReportRow = Avvik.Client.ReportRow;
using ReportTable = Avvik.Client.ReportTable;

namespace Avvik.Statistics.Reports;

/// <summary>
/// What a meeting should notice: three to five sentences that the figures of a report give by rules, each with its number and the table it stands in. Nothing
/// is called a change that rounding or chance alone would make.
/// </summary>
internal static class Highlights
{
    private const int Most = 5;
    // Two standard deviations of the difference between two counts.
    private const double BeyondChance = 2;
    // A share of missing codes that makes the tables by it uncertain.
    private const double MuchMissing = 10;

    private static readonly string[] ClauseTexts = ["noticeClauseMost", "noticeClauseDisputed", "noticeClauseUnclear"];

    public static IReadOnlyList<ReportHighlight> Of(Report report)
    {
        var found = new List<ReportHighlight>();
        var received = Value(report.KeyFigures, "received") ?? 0;
        if (received == 0) return [.. WhenNothing(report)];
        found.Add(Received(report, received));
        if (Outside(report, "trendHarm") is { } harm) found.Add(harm);
        if (Outside(report, "trendInTime") is { } inTime) found.Add(inTime);
        if (Value(report.KeyFigures, "overdue") is > 0 and var overdue) found.Add(new("overdue", Texts.Report("noticeOverdue", Whole(overdue)), "keyFigures"));
        if (Value(report.KeyFigures, "serious") is > 0 and var serious && !found.Exists(f => f.Code == "trendHarm"))
            found.Add(new("serious", Texts.Report("noticeSerious", Whole(serious)), "harm"));
        if (Changed(report) is { } change) found.Add(change);
        found.AddRange(Clauses(report));
        if (Value(report.KeyFigures, "answeredInTimePercent") is { } share && !found.Exists(f => f.Code == "trendInTime"))
            found.Add(new("inTime", Texts.Report("noticeInTime", Percent(share)), report.Tables.Any(t => t.Code == "trendInTime")
                ? "trendInTime" : "keyFigures"));
        if (Largest(report, received) is { } largest) found.Add(largest);
        if (Value(report.KeyFigures, "measuresDone") is > 0 and var done)
            found.Add(new("measures", Texts.Report("noticeMeasures", Whole(done), Whole(Value(report.KeyFigures, "measuresEffectChecked") ?? 0)),
                "measureState"));
        if (report.Tables.FirstOrDefault(t => t.Code == "quality")?.Rows
            .FirstOrDefault(r => r.Code != "silentMunicipalities" && r.Values[1]?.Value >= MuchMissing) is { } missing)
            found.Add(new("quality", Texts.Report("noticeQuality", missing.Label, Percent(missing.Values[1]!.Value.Value!.Value)), "quality"));
        if (found.Count < 3) found.Add(Beside(report));
        return [.. found.Where(f => f.Table == "keyFigures" || report.Tables.Any(t => t.Code == f.Table)).Take(Most)];
    }

    private static IEnumerable<ReportHighlight> WhenNothing(Report report)
    {
        yield return new("nothing", Texts.Report(report.RoundedTo > 1 ? "noticeNothingRounded" : "noticeNothing", report.RoundedTo), "keyFigures");
        if (IsCompared(report) && report.KeyFigures.Rows[0].Values[1]?.Value is { } before)
            yield return new("before", Texts.Report("noticeBefore", Earlier(report), Whole(before)), "keyFigures");
        yield return Beside(report);
        yield return new("few", Texts.Report("methodFewReports"), "keyFigures");
    }

    private static ReportHighlight Beside(Report report) => new("beside", Texts.Report("noticeBeside",
        Whole(Value(report.KeyFigures, "goodCollaboration") ?? 0), Whole(Value(report.KeyFigures, "proposals") ?? 0)), "keyFigures");

    private static ReportHighlight Received(Report report, double received)
    {
        if (Outside(report, "trend") is { } outside) return outside;
        var text = Texts.Report("noticeReceived", Whole(received));
        if (IsCompared(report) && report.KeyFigures.Rows[0].Values[1]?.Value is { } before)
            text = IsChange(report, before, received)
                ? Texts.Report(received > before ? "noticeReceivedMore" : "noticeReceivedFewer", Whole(received), Whole(Math.Abs(received - before)),
                    Earlier(report))
                : Texts.Report("noticeReceivedSame", Whole(received), Earlier(report), Whole(before));
        var trend = report.Tables.FirstOrDefault(t => t.Code == "trend");
        if (trend?.Rows[^1].Values is [not null, not null, { Value: { } lower }, { Value: { } upper }])
            text += " " + Texts.Report("noticeInside", Whole(Math.Ceiling(lower)), Whole(Math.Floor(upper)));
        return new("received", text, trend is null ? "keyFigures" : "trend");
    }

    /// <summary>The last quarter of a trend that lies outside its limits.</summary>
    private static ReportHighlight? Outside(Report report, string code)
    {
        if (report.Tables.FirstOrDefault(t => t.Code == code)?.Rows[^1] is not { } row || row.Values[0]?.Value is not { } value
            || row.Values[2]?.Value is not { } lower || row.Values[3]?.Value is not { } upper || (value >= lower && value <= upper)) return null;
        string Said(double number) => code == "trendInTime" ? Percent(number) : Whole(number);
        return new(code, Texts.Report($"notice{Labels.Capital(code)}{(value > upper ? "Above" : "Below")}", Said(value), Said(value > upper ? upper : lower),
            row.Label), code);
    }

    /// <summary>The category or cause that has changed most since the first period that is compared with.</summary>
    private static ReportHighlight? Changed(Report report)
    {
        if (!IsCompared(report)) return null;
        var changed = report.Tables.Where(t => t.Code is "category" or "cause" && t.Columns.Count > 1)
            .SelectMany(t => t.Rows, (t, r) => (Table: t, Row: r, Before: r.Values[1]?.Value, Now: r.Values[0]?.Value))
            .Where(c => c is { Row.Code: not null, Before: not null, Now: not null } && IsChange(report, c.Before.Value, c.Now.Value))
            .OrderByDescending(c => Math.Abs(c.Now!.Value - c.Before!.Value)).FirstOrDefault();
        return changed.Row is null ? null : new("changed", Texts.Report(changed.Now > changed.Before ? "noticeRise" : "noticeFall", changed.Row.Label,
            Whole(changed.Before!.Value), Whole(changed.Now!.Value), Earlier(report)), changed.Table.Code);
    }

    private static ReportHighlight? Largest(Report report, double received)
    {
        var row = report.Tables.FirstOrDefault(t => t.Code == "category")?.Rows.Where(r => r.Code is not null).MaxBy(r => r.Values[0]?.Value);
        return row?.Values[0]?.Value is not { } count || count == 0 ? null
            : new("largest", Texts.Report("noticeLargest", row.Label, Whole(count), Whole(received)), "category");
    }

    /// <summary>Of an agreement: the clauses that most deviations, disputes and doubts are about.</summary>
    private static IEnumerable<ReportHighlight> Clauses(Report report)
    {
        if (report.Tables.FirstOrDefault(t => t.Code == "clauses") is not { } table) yield break;
        foreach (var (i, text) in ClauseTexts.Index())
            if (Top(i) is { Values: var values } row && values[i]?.Value is > 0 and var count)
                yield return new($"clause{i + 1}", Texts.Report(text, row.Label, Whole(count)), "clauses");

        ReportRow? Top(int column) => table.Rows.Where(r => r.Code is not null).MaxBy(r => r.Values[column]?.Value);
    }

    // The quarters of a year are its parts and not what it is compared with.
    private static bool IsCompared(Report report) => report.KeyFigures.Columns is [_, { Code: "previousQuarter" or "yearBefore" }, ..];

    private static bool IsChange(Report report, double before, double now) =>
        Math.Abs(now - before) > Math.Max(report.RoundedTo > 1 ? 2 * Protection.Base : 0, BeyondChance * Math.Sqrt(before + now));

    private static double? Value(ReportTable table, string code) => table.Rows.FirstOrDefault(r => r.Code == code)?.Values[0]?.Value;

    private static string Earlier(Report report) =>
        report.KeyFigures.Columns[1].Label is var label ? $"{char.ToLowerInvariant(label[0])}{label[1..]}" : "";

    private static string Whole(double number) => Wording.Number((decimal)number, new("", ColumnType.Integer));

    private static string Percent(double number) => Wording.Number((decimal)number, new("", ColumnType.Percent));
}
