using System.IO.Compression;
using System.Text;
using Avvik.Statistics.Documents;

namespace Avvik.Statistics.Tests.Documents;

public sealed class Csv_tests
{
    [Fact]
    public void Table_is_a_csv_file_in_norwegian_excel_format()
    {
        var files = Read(Reports.Small());
        Assert.Equal(["00-rapport.csv", "01-nokkeltall.csv", "02-utvikling-over-atte-kvartaler.csv", "03-retning.csv", "04-region.csv", "05-avtalepunkt.csv",
            "06-pasientgruppe.csv"], files.Keys);
        Assert.All(files.Values, file => Assert.StartsWith("\uFEFF", file, StringComparison.Ordinal));
        Assert.Equal("""
            Retning;Antall;Endring fra kvartalet før;Andel innen frist (%);Median svartid, dager
            Fra kommune til helseforetak;702;31;81,3;7,5
            Fra helseforetak til kommune;489;-12;93;4,1
            Mellom kommuner;43;0;;
            I alt;1234;19;87,5;6,4

            """.ReplaceLineEndings("\r\n"), files["03-retning.csv"][1..]);
        Assert.Contains("\r\nValdres;:;:\r\n", files["04-region.csv"], StringComparison.Ordinal);
        Assert.Equal("Gruppe;Antall\r\n", files["06-pasientgruppe.csv"][1..]);
        Assert.Contains("\r\nBesvart innen frist;87,5;%;2,1 prosentpoeng lavere enn i fjor\r\n", files["01-nokkeltall.csv"], StringComparison.Ordinal);
        Assert.Contains($"\r\nKontrollsum (SHA-256);{Reports.Small().ContentHash}\r\n", files["00-rapport.csv"], StringComparison.Ordinal);
    }

    [Fact]
    public void Text_cannot_become_a_formula_column_or_line()
    {
        var lines = Delimited.Read(Read(Reports.All["tricky"])["02-vanskelig.csv"][1..]);
        Assert.Equal(["Ord", "'=1+1", "'+47", "'-minus", "'@mention", "semikolon; og \"hermetegn\"", "to\nlinjer", new string('å', 300), ""],
            lines.Select(l => l[0]));
        // A number is no word: its minus stays, and what rounds to nothing has none.
        Assert.Equal(["Tall", "0,01", "0", "-1234567,89", "0", "1", "2", "3", ""], lines.Select(l => l[1]));
    }

    private static SortedDictionary<string, string> Read(ReportDocument document)
    {
        using var zip = new ZipArchive(new MemoryStream(CsvArchive.Render(document)));
        return new(zip.Entries.ToDictionary(e => e.FullName, e =>
        {
            using var bytes = new MemoryStream();
            using (var entry = e.Open()) entry.CopyTo(bytes);
            return Encoding.UTF8.GetString(bytes.ToArray());
        }), StringComparer.Ordinal);
    }
}
