using System.Globalization;
using System.IO.Compression;
using Avvik.Statistics.Documents;
using Avvik.Statistics.Documents.Pdf;

namespace Avvik.Statistics.Tests.Documents;

public sealed class Same_bytes_tests
{
    private static readonly (string Extension, Func<ReportDocument, byte[]> Render)[] Formats = [("csv.zip", CsvArchive.Render), ("xlsx", Workbook.Render),
        ("pdf", PdfReport.Render)];

    [Theory, MemberData(nameof(Reports.Names), MemberType = typeof(Reports))]
    public async Task Report_bytes_do_not_depend_on_clock_or_culture(string name)
    {
        var document = Reports.All[name];
        var first = Formats.Select(f => f.Render(document)).ToList();
        var culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("nb-NO");
            Assert.All(Formats.Zip(first), f => Assert.Equal(f.Second, f.First.Render(document)));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
        // The PDF is written where it is read, by the tests that run beside these.
        foreach (var (format, bytes) in Formats.Zip(first).Where(f => f.First.Extension != "pdf")) await Reports.SaveAsync($"{name}.{format.Extension}", bytes);
    }

    [Fact]
    public void Archive_entries_have_no_creation_time()
    {
        // A stamp from the clock would not show in two renderings within the same two seconds.
        foreach (var bytes in new[] { CsvArchive.Render(Reports.Small()), Workbook.Render(Reports.Small()) })
        {
            using var zip = new ZipArchive(new MemoryStream(bytes));
            Assert.All(zip.Entries, e => Assert.Equal(new DateTime(2026, 10, 5, 4, 0, 0, DateTimeKind.Unspecified), e.LastWriteTime.DateTime));
        }
    }

    [Fact]
    public void Another_figure_is_other_bytes()
    {
        var (one, small) = (Reports.Small(), Reports.Small());
        var other = small with
        {
            Chapters = [.. small.Chapters.Take(1), new("Annet", [new("Annet", new("annet", [new("Tall", ColumnType.Integer)], [[7]]))])],
            Data = [.. small.Data.Skip(1)],
        };
        Assert.All(Formats, f => Assert.NotEqual(f.Render(one), f.Render(other)));
    }
}
