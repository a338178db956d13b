using System.IO.Compression;
using System.Text;
using Avvik.Statistics.Documents;

namespace Avvik.Statistics.Tests.Documents;

public sealed class Csv_tests
{
    [Fact]
    public void Csv_has_a_row_for_each_figure_with_its_codes_and_a_dictionary()
    {
        var files = Read(Reports.Small());

        Assert.Equal(["om-rapporten.csv", "ordbok.csv", "tall.csv"], files.Keys);
        Assert.All(files.Values, file => Assert.StartsWith("\uFEFF", file, StringComparison.Ordinal));
        Assert.Equal("""
            REF_AREA;TIME_PERIOD;COMPARED_WITH;TABLE;ROW;ROW_LABEL;PARENT;PARENT_LABEL;MEASURE;UNIT_MEASURE;OBS_VALUE;OBS_STATUS
            innlandet;2026-Q3;;direction;municipalityToTrust;Kommune til helseforetak;;;count;NUM;702;A
            innlandet;2026-Q3;previousQuarter;direction;municipalityToTrust;Kommune til helseforetak;;;count;NUM;671;A
            innlandet;2026-Q3;;direction;municipalityToTrust;Kommune til helseforetak;;;answeredInTimePercent;PT;81,3;A
            innlandet;2026-Q3;;direction;trustToMunicipality;Helseforetak til kommune;;;count;NUM;489;A
            innlandet;2026-Q3;previousQuarter;direction;trustToMunicipality;Helseforetak til kommune;;;count;NUM;501;A
            innlandet;2026-Q3;;direction;trustToMunicipality;Helseforetak til kommune;;;answeredInTimePercent;PT;;Q
            innlandet;2026-Q3;;direction;_Z;Ikke oppgitt;;;count;NUM;0;A
            innlandet;2026-Q3;;municipality;3403;Hamar;hamarregionen;Hamarregionen;count;NUM;288;A

            """.ReplaceLineEndings("\r\n"), files["tall.csv"][1..]);
        Assert.Contains("direction;Hvem meldte til hvem;answeredInTimePercent;Andel innen frist;PT;Andel.\r\n", files["ordbok.csv"], StringComparison.Ordinal);
        Assert.Contains($"\r\nKontrollsum (SHA-256);{Reports.Small().ContentHash}\r\n", files["om-rapporten.csv"], StringComparison.Ordinal);
    }

    [Fact]
    public void Text_cannot_become_a_formula_column_or_line()
    {
        var lines = Delimited.Read(Read(Reports.All["tricky"])["tall.csv"][1..]).Skip(1).ToList();
        Assert.Equal(["'=1+1", "'+47", "'-minus", "'@mention", "semikolon; og \"hermetegn\"", "to\nlinjer", new string('å', 300)], lines.Select(l => l[5]));
        // A number is no word: its minus stays, and what rounds to nothing has none.
        Assert.Equal(["0,01", "0", "-1234567,89", "0", "1", "2", "3"], lines.Select(l => l[10]));
    }

    [Theory, InlineData(" =1+1"), InlineData("\n=1+1"), InlineData("\u00A0@mention")]
    [InlineData("＝1+1"), InlineData("＋47"), InlineData("＠a"), InlineData("\nto")]
    public void Text_that_only_looks_harmless_cannot_become_a_formula(string text) =>
        Assert.StartsWith("'", CsvArchive.Quote(text).Trim('"'), StringComparison.Ordinal);

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
