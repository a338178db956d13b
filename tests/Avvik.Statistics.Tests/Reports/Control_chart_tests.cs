using Avvik.Statistics.Reports;

namespace Avvik.Statistics.Tests.Reports;

public sealed class Control_chart_tests
{
    [Fact]
    public void Limits_are_from_the_periods_before_the_judged_one()
    {
        var limits = ControlChart.OfCounts(Periods(100, 104, 96, 100, 102, 98, 100, 180))!;

        // A period that is out of control does not widen the limits that it is judged by.
        Assert.Equal(limits, ControlChart.OfCounts(Periods(100, 104, 96, 100, 102, 98, 100, 900)));
        Assert.Equal(new ControlChart(100, 70, 130), limits[^1]);
    }

    [Fact]
    public void Limits_follow_the_exposure_of_each_period()
    {
        var limits = ControlChart.OfCounts([(90, 90), (90, 90), (90, 90), (90, 90), (90, 90), (90, 90), (null, 45)])!;

        Assert.Equal((45m, 45 - 20.1m), (limits[^1].Centre, limits[^1].Lower));
    }

    [Fact]
    public void Limits_widen_by_what_periods_vary_beyond_chance()
    {
        var limits = ControlChart.OfCounts(Periods(100, 160, 100, 160, 100, 160, 100, 130))!;

        Assert.InRange(limits[^1].Upper, 200, 300);
    }

    [Fact]
    public void Too_few_periods_have_no_limits() => Assert.Null(ControlChart.OfCounts(Periods(1, 2, 3, 4, 5, 6)));

    [Fact]
    public void Share_has_limits_within_zero_and_a_hundred_percent()
    {
        var limits = ControlChart.OfShares([(90, 100), (92, 100), (88, 100), (91, 100), (89, 100), (90, 100), (70, 100)])!;

        // p = 0.9, √(0.9 · 0.1 / 100) = 0.03.
        Assert.Equal(new ControlChart(90, 81, 99), limits[^1]);
        Assert.Equal(100, ControlChart.OfShares([(99, 100), (99, 100), (99, 100), (99, 100), (99, 100), (99, 100), (70, 100)])![^1].Upper);
    }

    [Fact]
    public void Days_between_rare_events_have_limits_of_their_own_shape()
    {
        var limits = ControlChart.OfDaysBetween([40, 35, 60, 20, 45, 50, 1])!;

        Assert.InRange(limits.Centre, 35, 45);
        // Far above, near below: days between events are skewed.
        Assert.True(limits.Upper - limits.Centre > limits.Centre - limits.Lower);
        Assert.Null(ControlChart.OfDaysBetween([40, 35, 60, 20, 45, 50]));
    }

    [Fact]
    public void Cases_between_rare_ones_have_geometric_limits()
    {
        var limits = ControlChart.OfCasesBetween([100, 80, 120, 90, 110, 100, 500])!;

        // The chance of so many is 0.00135: ln(0.00135) / ln(100 / 101).
        Assert.Equal((100m, 664.1m), (limits.Centre, limits.Upper));
    }

    private static List<(decimal? Count, int Exposure)> Periods(params int[] counts) => [.. counts.Select(c => ((decimal?)c, 90))];
}
