using Avvik.Statistics.Documents;
using Avvik.Statistics.Documents.Charts;

namespace Avvik.Statistics.Tests.Documents;

public sealed class Chart_tests
{
    public static IEnumerable<object[]> Charts => Reports.All.SelectMany(r => Reports.Sections(r.Value).Index()
        .Where(s => Chart.Draw(s.Item) is not null).Select(s => new object[] { r.Key, s.Index }));

    [Theory, MemberData(nameof(Charts))]
    public void Everything_is_inside_the_frame_and_no_words_lie_on_each_other(string report, int section)
    {
        var drawing = Chart.Draw(Reports.Sections(Reports.All[report]).ElementAt(section))!;
        var captions = drawing.Shapes.OfType<Caption>().Select(c => (c.Text, Box: Box(c))).ToList();
        Assert.All(captions, c => Assert.True(c.Box is { Left: >= -0.5, Top: >= -0.5 } && c.Box.Right <= drawing.Width + 0.5
            && c.Box.Bottom <= drawing.Height + 0.5, $"{c.Text} is outside: {c.Box}"));
        foreach (var (i, (text, box)) in captions.Index())
            Assert.All(captions.Skip(i + 1), other => Assert.False(box.Left < other.Box.Right && other.Box.Left < box.Right && box.Top < other.Box.Bottom
                && other.Box.Top < box.Bottom, $"{text} lies on {other.Text}"));
        Assert.All(drawing.Shapes.OfType<Bar>(), b => Assert.True(b.X >= 0 && b.X + b.Width <= drawing.Width && b.Y + b.Height <= drawing.Height));
    }

    [Theory, MemberData(nameof(Charts))]
    public void All_that_it_tells_is_told_in_words(string report, int section)
    {
        var chart = Reports.Sections(Reports.All[report]).ElementAt(section);
        var drawing = Chart.Draw(chart)!;
        Assert.Equal(chart.Chart!.Title, drawing.Title);
        Assert.All(chart.Table.Rows.Take(14), row => Assert.Contains(row[chart.Chart.Labels].Text!, drawing.Description, StringComparison.Ordinal));
    }

    [Fact]
    public void A_hidden_row_has_its_colon_and_no_bar()
    {
        var drawing = Chart.Draw(With(Reports.Sections(Reports.Small()).ElementAt(2)))!;
        Assert.Equal(2, drawing.Shapes.OfType<Bar>().Count());
        Assert.Single(drawing.Shapes.OfType<Caption>(), c => c.Text == ":");

        static ReportSection With(ReportSection section) => section with { Chart = new BarChart("Antall", 0, 1) };
    }

    [Fact]
    public void A_hidden_quarter_is_a_gap_in_the_line()
    {
        var drawing = Chart.Draw(Reports.Sections(Reports.All["tricky"]).ElementAt(1))!;
        Assert.Equal(3, drawing.Shapes.OfType<Dot>().Count());
        Assert.Single(drawing.Shapes.OfType<Stroke>(), s => s.Colour == Palette.Main);
    }

    [Fact]
    public void A_value_outside_its_limits_has_another_shape_and_is_told()
    {
        var section = Reports.Trend([20, 21, 20, 22, 21, 20, 21, 60]);
        var drawing = Chart.Draw(section)!;
        // One at the point, one that says what it means.
        Assert.Equal(2, drawing.Shapes.OfType<Diamond>().Count());
        Assert.EndsWith("Utenfor grensene: 3. kv. 2026.", drawing.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fall_goes_the_other_way_from_the_same_line()
    {
        var bars = Chart.Draw(Reports.Sections(Reports.All["tricky"]).ElementAt(2))!.Shapes.OfType<Bar>().ToList();
        Assert.Equal(bars[0].X, bars[1].X + bars[1].Width, tolerance: 0.01);
        Assert.Equal(30.0 / 12, bars[1].Width / bars[0].Width, tolerance: 0.01);
    }

    [Fact]
    public void Line_chart_has_no_label_on_a_line()
    {
        var drawing = Chart.Draw(Reports.Trend([110, 96, 121, 104, 99, 117, 190, 212]))!;
        var lines = drawing.Shapes.OfType<Stroke>().SelectMany(s => s.Points.Zip(s.Points.Skip(1))).ToList();

        foreach (var (text, box) in drawing.Shapes.OfType<Caption>().Select(c => (c.Text, Box(c))))
            Assert.DoesNotContain(lines, l => Enumerable.Range(0, 101).Select(i => i / 100.0).Any(t =>
                l.First.X + (l.Second.X - l.First.X) * t is var x && l.First.Y + (l.Second.Y - l.First.Y) * t is var y
                && x > box.Left && x < box.Right && y > box.Top && y < box.Bottom));
    }

    [Fact]
    public void Bar_chart_shows_no_more_rows_than_a_room_can_read()
    {
        ReportSection Section(int rows) => new("Kommune", new("kommune", [new("Kommune", ColumnType.Text), new("Antall", ColumnType.Integer)],
            [.. Enumerable.Range(0, rows).Select(i => (IReadOnlyList<ReportCell>)[$"{i}", i + 1])]))
        {
            Chart = new BarChart("Antall", 0, 1),
        };

        Assert.Null(Chart.Draw(Section(0)));
        Assert.Equal(14, Chart.Draw(Section(60))!.Shapes.OfType<Bar>().Count());
    }

    [Fact]
    public void Slide_is_the_same_chart_as_svg_and_as_a_picture_of_full_size()
    {
        using var zip = new System.IO.Compression.ZipArchive(new MemoryStream(ChartArchive.Render(Reports.Small())));
        Assert.Equal(["01-antall.svg", "01-antall.png", "02-retning.svg", "02-retning.png"], zip.Entries.Select(e => e.FullName));
        using var svg = zip.Entries[0].Open();
        var root = System.Xml.Linq.XDocument.Load(svg).Root!;
        Assert.Contains(root.Elements(), e => e.Name.LocalName == "desc" && e.Value.Contains("3. kv. 2026: 212", StringComparison.Ordinal));
        Assert.Contains(root.Elements(), e => e.Name.LocalName == "text" && e.Value == "212");
        using var png = zip.Entries[1].Open();
        var bytes = new byte[32];
        png.ReadExactly(bytes);
        Assert.Equal((1920, 1080), (System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16)),
            System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(20))));
    }

    private static (double Left, double Top, double Right, double Bottom) Box(Caption c)
    {
        var width = (c.Strong ? Statistics.Documents.Pdf.Typeface.SemiBold : Statistics.Documents.Pdf.Typeface.Regular).Width(c.Text, c.Size);
        var left = c.Anchor switch { Anchor.Start => c.X, Anchor.Middle => c.X - width / 2, Anchor.End => c.X - width };
        // Digits and capitals: what stands above the line.
        return (left, c.Y - c.Size * 0.73, left + width, c.Y);
    }
}
