using Avvik.Statistics.Documents;

namespace Avvik.Statistics.Tests.Documents;

public sealed class Trend_tests
{
    [Fact]
    public void Limits_are_the_mean_and_266_hundredths_of_the_mean_moving_range() =>
        // Mean 104; ranges 10, 20, 10, 20, 10: mean 14, times 2.66 is 37.24.
        Assert.Equal(new Trend(104m, 66.8m, 141.2m), Trend.Of([99, 109, 89, 99, 119, 109]));

    [Fact]
    public void There_are_no_fewer_than_none() => Assert.Equal(0, Trend.Of([0, 9, 1, 12, 0, 8])!.Lower);

    [Fact]
    public void Few_quarters_have_no_limits_and_the_report_says_so()
    {
        Assert.Null(Trend.Of([10, 12, 11, 9, 10]));
        var section = Reports.Trend([10, 11, 12, 13, 14]);
        Assert.Equal("Det trengs minst 6 kjente kvartaler for å regne ut kontrollgrenser.", section.Introduction);
        Assert.All(section.Table.Rows, row => Assert.Equal([ReportCell.Empty, ReportCell.Empty, ReportCell.Empty], row.Skip(2)));
    }

    [Fact]
    public void A_hidden_quarter_is_in_neither_the_mean_nor_a_range()
    {
        Assert.Null(Trend.Of([10, null, 10, 10, 10, 10, 10]));
        Assert.Equal(new Trend(10, 10, 10), Trend.Of([10, 10, 10, null, 10, 10, 10, 10]));
    }
}
