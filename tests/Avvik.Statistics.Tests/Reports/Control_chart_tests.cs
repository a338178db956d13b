using Avvik.Statistics.Reports;

namespace Avvik.Statistics.Tests.Reports;

public sealed class Control_chart_tests
{
    [Fact]
    public void Limits_are_from_the_periods_before_the_judged_one()
    {
        var limits = ControlChart.Of(Periods(100, 104, 96, 100, 102, 98, 100, 180))!;

        // A period that is out of control does not widen the limits that it is judged by.
        Assert.Equal(limits, ControlChart.Of(Periods(100, 104, 96, 100, 102, 98, 100, 900)));
        Assert.Equal(new ControlChart(100, 70, 130), limits[^1]);
    }

    [Fact]
    public void Limits_follow_the_exposure_of_each_period()
    {
        var limits = ControlChart.Of([(90, 90), (90, 90), (90, 90), (90, 90), (90, 90), (90, 90), (null, 45)])!;

        Assert.Equal((45m, 45 - 20.1m), (limits[^1].Centre, limits[^1].Lower));
    }

    [Fact]
    public void Limits_widen_by_what_periods_vary_beyond_chance()
    {
        var limits = ControlChart.Of(Periods(100, 160, 100, 160, 100, 160, 100, 130))!;

        Assert.InRange(limits[^1].Upper, 200, 300);
    }

    [Fact]
    public void Too_few_periods_have_no_limits() => Assert.Null(ControlChart.Of(Periods(1, 2, 3, 4, 5, 6)));

    private static List<(decimal? Count, int Exposure)> Periods(params int[] counts) => [.. counts.Select(c => ((decimal?)c, 90))];
}
