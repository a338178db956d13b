using Avvik.Contracts;
using Avvik.Statistics.Documents.Pdf;

namespace Avvik.Statistics.Documents.Charts;

/// <summary>Draws a section's chart.</summary>
internal static class Chart
{
    public const double Width = 500;

    private const double Text = 8.5;

    // More bars than these say less than the table does.
    private const int MostBars = 45;

    /// <summary>Null when there is nothing to draw, or too much: the table is there anyway.</summary>
    public static Drawing? Draw(ReportSection section) => section.Chart switch
    {
        BarChart chart when section.Table.Rows.Count is > 0 and <= MostBars => Bars(chart, section.Table),
        TrendChart chart when section.Table.Rows.Count > 1 => Line(chart, section.Table),
        _ => null,
    };

    private static Drawing Bars(BarChart chart, ReportTable table)
    {
        const double row = 17, thickness = 11, widestLabel = 215;
        var column = table.Columns[chart.Values];
        var rows = table.Rows.Select(r => (Label: r[chart.Labels].Text ?? "", Cell: r[chart.Values], Value: Wording.Of(r[chart.Values], column))).ToList();
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
            shapes.Add(new Caption(zero + length + (length < 0 ? -4 : 4), top + 9, value, Text, Palette.Ink, length < 0 ? Anchor.End : Anchor.Start, Strong: true));
        }
        var height = rows.Count * row + 3;
        shapes.Add(new Stroke([(zero, 0), (zero, height)], Palette.Soft, 0.75));
        return new(Width, height, chart.Title, $"{Texts.Report("barChart", column.Title, rows.Count)} {string.Join("; ", rows.Select(r => $"{r.Label}: {Spoken(r.Value)}"))}.", shapes);
    }

    private static Drawing Line(TrendChart chart, ReportTable table)
    {
        const double left = 34, right = 108, top = 18, bottom = 176;
        var column = table.Columns[chart.Values];
        var points = table.Rows.Select((r, i) => (Label: r[chart.Labels].Text ?? "", Number: (double?)r[chart.Values].Number, Value: Wording.Of(r[chart.Values], column),
            X: left + (Width - left - right) * (i + 0.5) / table.Rows.Count)).ToList();
        var limits = table.Rows[^1];
        (double? centre, double? lower, double? upper) = ((double?)limits[chart.Centre].Number, (double?)limits[chart.Lower].Number, (double?)limits[chart.Upper].Number);
        var step = Step(Math.Max(points.Max(p => p.Number ?? 0), upper ?? 0));
        var most = step * Math.Max(1, Math.Ceiling(Math.Max(points.Max(p => p.Number ?? 0), upper ?? 0) / step));
        double Y(double value) => bottom - value / most * (bottom - top);

        var shapes = new List<Shape>();
        for (var tick = 0.0; tick <= most; tick += step)
        {
            shapes.Add(new Stroke([(left, Y(tick)), (Width - right, Y(tick))], tick == 0 ? Palette.Soft : Palette.Rule, 0.5));
            shapes.Add(new Caption(left - 6, Y(tick) + 3, Wording.Number((decimal)tick, column), 7.5, Palette.Soft, Anchor.End));
        }
        // Limits are told by their dashes and by the words at their end; of those, no two may lie on each other.
        var lines = new (double? Value, string Name, ReportColumn Column, double? Dash)[]
        {
            (upper, Texts.Report("upperLimit"), table.Columns[chart.Upper], 4), (centre, Texts.Report("centreLine"), table.Columns[chart.Centre], null), (lower, Texts.Report("lowerLimit"), table.Columns[chart.Lower], 4),
        };
        var free = 0.0;
        foreach (var (value, name, limit, dash) in lines)
        {
            if (value is not { } at) continue;
            shapes.Add(new Stroke([(left, Y(at)), (Width - right, Y(at))], Palette.Soft, dash is null ? 0.75 : 1, dash));
            var baseline = Math.Max(Y(at) + 3, free);
            shapes.Add(new Caption(Width - right + 6, baseline, $"{name} {Wording.Number((decimal)at, limit)}", 7.5, Palette.Soft));
            free = baseline + 10;
        }
        // A hidden quarter is a gap: a line across it would tell where it lies.
        foreach (var (a, b) in points.Zip(points.Skip(1)))
            if (a.Number is { } from && b.Number is { } to) shapes.Add(new Stroke([(a.X, Y(from)), (b.X, Y(to))], Palette.Main, 1.75));
        foreach (var (label, number, value, x) in points)
        {
            shapes.Add(new Caption(x, bottom + 14, label, 7.5, Palette.Soft, Anchor.Middle));
            if (number is not { } at)
            {
                shapes.Add(new Caption(x, bottom - 5, value, 10, Palette.Ink, Anchor.Middle, Strong: true));
                continue;
            }
            var outside = IsOutside(at);
            shapes.Add(outside ? new Diamond(x, Y(at), 5.5, Palette.Alarm) : new Dot(x, Y(at), 3.25, Palette.Main));
            shapes.Add(new Caption(x, Y(at) - 8, value, Text, outside ? Palette.Alarm : Palette.Ink, Anchor.Middle, Strong: true));
        }
        string[] outsiders = [.. points.Where(p => p.Number is { } at && IsOutside(at)).Select(p => p.Label)];
        var description = $"{Texts.Report("trendChart", column.Title, points.Count)} {string.Join("; ", points.Select(p => $"{p.Label}: {Spoken(p.Value)}"))}."
            + string.Concat(lines.Where(l => l.Value is not null).Select(l => $" {l.Name} {Wording.Number((decimal)l.Value!, l.Column)}."))
            + (outsiders.Length > 0 ? " " + Texts.Report("outsideLimits", string.Join(", ", outsiders)) : "");
        if (outsiders.Length > 0)
        {
            shapes.Add(new Diamond(Width - right + 11, bottom + 11, 4.5, Palette.Alarm));
            shapes.Add(new Caption(Width - right + 20, bottom + 14, Texts.Report("outside"), 7.5, Palette.Alarm));
        }
        return new(Width, bottom + 22, chart.Title, description, shapes);

        bool IsOutside(double value) => value > upper || value < lower;
    }

    /// <summary>A colon is read as a pause: what it means is said.</summary>
    private static string Spoken(string value) => value == Wording.Hidden ? Texts.Report("hidden") : value;

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
