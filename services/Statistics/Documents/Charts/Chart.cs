using Avvik.Contracts;
using Avvik.Statistics.Documents.Pdf;

namespace Avvik.Statistics.Documents.Charts;

/// <summary>Draws a section's chart.</summary>
internal static class Chart
{
    public const double Width = 500;

    private const double Text = 8.5;

    // More bars than these cannot be read from the back of a room.
    private const int MostBars = 14;

    /// <summary>Null when there is nothing to draw.</summary>
    public static Drawing? Draw(ReportSection section) => section.Chart switch
    {
        BarChart chart when section.Table.Rows.Count > 0 => Bars(chart, section.Table),
        TrendChart chart when section.Table.Rows.Count > 1 => Line(chart, section.Table),
        _ => null,
    };

    private static Drawing Bars(BarChart chart, ReportTable table)
    {
        const double row = 17, thickness = 11, widestLabel = 215;
        var column = table.Columns[chart.Values];
        var rows = table.Rows.Take(MostBars).Select(r => (Label: r[chart.Labels].Text ?? "", Cell: r[chart.Values], Value: Wording.Of(r[chart.Values], column)))
            .ToList();
        var labels = rows.Select(r => Fitting(r.Label, widestLabel)).ToList();
        var left = labels.Max(l => Typeface.Regular.Width(l, Text)) + 8;
        var numbers = rows.Select(r => (double)(r.Cell.Number ?? 0)).ToList();
        // Room for the numbers beyond the bars, on the left only where there are falls.
        var room = rows.Max(r => Typeface.SemiBold.Width(r.Value, Text)) + 6;
        var (most, least) = (Math.Max(0, numbers.Max()), Math.Min(0, numbers.Min()));
        var start = left + (least < 0 ? room : 0);
        var scale = most - least > 0 ? (Width - start - room) / (most - least) : 0;
        var zero = start - least * scale;
        var shapes = new List<Shape>();
        foreach (var (i, (_, _, value)) in rows.Index())
        {
            var (top, length) = (i * row + 3, numbers[i] * scale);
            shapes.Add(new Caption(left - 8, top + 9, labels[i], Text, Palette.Ink, Anchor.End));
            if (length != 0) shapes.Add(new Bar(Math.Min(zero, zero + length), top, Math.Abs(length), thickness, Palette.Main));
            var anchor = length < 0 ? Anchor.End : Anchor.Start;
            shapes.Add(new Caption(zero + length + (length < 0 ? -4 : 4), top + 9, value, Text, Palette.Ink, anchor, Strong: true));
        }
        var height = rows.Count * row + 3;
        shapes.Add(new Stroke([(zero, 0), (zero, height)], Palette.Soft, 0.75));
        var told = string.Join("; ", rows.Select(r => $"{r.Label}: {Spoken(r.Value)}"));
        return new(Width, height, chart.Title, $"{Texts.Report("barChart", column.Title, rows.Count)} {told}.", shapes);
    }

    private static Drawing Line(TrendChart chart, ReportTable table)
    {
        const double left = 40, right = 112, top = 6, bottom = 126, labelAt = bottom + 13, valueAt = bottom + 26;
        var column = table.Columns[chart.Values];
        var points = table.Rows.Select((r, i) => (Label: r[chart.Labels].Text ?? "", Number: (double?)r[chart.Values].Number,
            Value: r[chart.Values] == ReportCell.Empty ? Wording.Nothing : Wording.Of(r[chart.Values], column),
            X: left + (Width - left - right) * (i + 0.5) / table.Rows.Count)).ToList();
        double?[] limits = [.. new[] { chart.Upper, chart.Centre, chart.Lower }.Select(c => (double?)table.Rows[^1][c].Number)];
        var (upper, lower) = (limits[0], limits[2]);
        var highest = Math.Max(points.Max(p => p.Number ?? 0), upper ?? 0);
        var step = Step(highest);
        var most = step * Math.Max(1, Math.Ceiling(highest / step));
        if (column.Type is ColumnType.Percent) most = Math.Min(most, 100);
        double Y(double value) => bottom - value / most * (bottom - top);

        var shapes = new List<Shape>();
        for (var tick = 0.0; tick <= most; tick += step)
        {
            shapes.Add(new Stroke([(left, Y(tick)), (Width - right, Y(tick))], tick == 0 ? Palette.Soft : Palette.Rule, 0.5));
            shapes.Add(new Caption(left - 6, Y(tick) + 3, Wording.Number((decimal)tick, column with { Decimals = 0 }), 7.5, Palette.Soft, Anchor.End));
        }
        // Limits are told by their dashes and by the words beyond their end; of those, no two may lie on each other.
        var lines = new[] { (chart.Upper, "upperLimit", (double?)4), (chart.Centre, "centreLine", null), (chart.Lower, "lowerLimit", 4) }
            .Select((l, i) => (Value: limits[i], Name: Texts.Report(l.Item2), Column: table.Columns[l.Item1], Dash: l.Item3)).ToList();
        var free = 0.0;
        foreach (var (value, name, limit, dash) in lines)
        {
            if (value is not { } at) continue;
            shapes.Add(new Stroke([(left, Y(at)), (Width - right, Y(at))], Palette.Soft, dash is null ? 0.75 : 1, dash));
            var baseline = Math.Max(Y(at) + 3, free);
            shapes.Add(new Caption(Width - right + 8, baseline, $"{name} {Wording.Number((decimal)at, limit)}", 7.5, Palette.Soft));
            free = baseline + 10;
        }
        // A hidden quarter is a gap: a line across it would tell where it lies.
        foreach (var (a, b) in points.Zip(points.Skip(1)))
            if (a.Number is { } from && b.Number is { } to) shapes.Add(new Stroke([(a.X, Y(from)), (b.X, Y(to))], Palette.Main, 1.75));
        foreach (var (label, number, value, x) in points)
        {
            // The value stands below its quarter, where no line can cross it.
            var outside = number is { } n && IsOutside(n, label);
            shapes.Add(new Caption(x, labelAt, label, 7.5, Palette.Soft, Anchor.Middle));
            shapes.Add(new Caption(x, valueAt, value, Text, outside ? Palette.Alarm : Palette.Ink, Anchor.Middle, Strong: true));
            if (number is { } at) shapes.Add(outside ? new Diamond(x, Y(at), 5.5, Palette.Alarm) : new Dot(x, Y(at), 3.25, Palette.Main));
        }
        string[] outsiders = [.. points.Where(p => p.Number is { } at && IsOutside(at, p.Label)).Select(p => p.Label)];
        var description = $"{Texts.Report("trendChart", column.Title, points.Count)} {string.Join("; ", points.Select(p => $"{p.Label}: {Spoken(p.Value)}"))}."
            + string.Concat(lines.Where(l => l.Value is not null).Select(l => $" {l.Name} {Wording.Number((decimal)l.Value!, l.Column)}."))
            + (outsiders.Length > 0 ? " " + Texts.Report("outsideLimits", string.Join(", ", outsiders)) : "");
        if (outsiders.Length > 0)
        {
            shapes.Add(new Diamond(Width - right + 13, valueAt - 3, 4.5, Palette.Alarm));
            shapes.Add(new Caption(Width - right + 22, valueAt, Texts.Report("outside"), 7.5, Palette.Alarm));
        }
        return new(Width, valueAt + 6, chart.Title, description, shapes);

        // Those before the last have made the limits: only the last is judged by them.
        bool IsOutside(double value, string label) => label == points[^1].Label && (value > upper || value < lower);
    }

    /// <summary>A symbol is read as a pause: what it means is said.</summary>
    private static string Spoken(string value) => Wording.Spoken(value) ?? value;

    private static string Fitting(string label, double width)
    {
        if (Typeface.Regular.Width(label, Text) <= width) return label;
        var kept = Enumerable.Range(1, label.Length).TakeWhile(n => Typeface.Regular.Width(label[..n].TrimEnd() + "…", Text) <= width).LastOrDefault();
        return label[..kept].TrimEnd() + "…";
    }

    /// <summary>Between the lines of the scale: one, two or five of a power of ten, so that there are four or five of them.</summary>
    private static double Step(double most)
    {
        var power = 1.0;
        while (power * 50 < most) power *= 10;
        return new[] { 1.0, 2, 5, 10 }.Select(n => n * power).First(s => s * 5 >= most || s == 10 * power);
    }
}
