using Avvik.Statistics.Facts;
using Avvik.Statistics.Figures;

namespace Avvik.Statistics.Tests.Figures;

public sealed class Tally_tests
{
    [Theory]
    [InlineData(new[] { 30 }, 3.0, 3.0)]
    [InlineData(new[] { 10, 20 }, 1.5, 1.9)]
    [InlineData(new[] { 30, 10, 20 }, 2.0, 2.8)]
    // One to ten days; the 90th percentile is a tenth of the way from the ninth to the tenth.
    [InlineData(new[] { 10, 20, 30, 40, 50, 60, 70, 80, 90, 100 }, 5.5, 9.1)]
    [InlineData(new[] { 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 400 }, 0.5, 0.5)]
    // Halves are rounded up: 1.25 days is 1.3.
    [InlineData(new[] { 12, 13 }, 1.3, 1.3)]
    [InlineData(new[] { 0, 0 }, 0.0, 0.0)]
    public void Percentiles_are_interpolated_between_the_two_nearest(int[] tenths, double median, double p90)
    {
        var tally = Of([.. tenths.Select(t => Answered(t))]);

        Assert.Equal(((decimal?)median, (decimal?)p90), (tally.AnswerDays(50), tally.AnswerDays(90)));
    }

    [Fact]
    public void What_is_not_answered_has_no_part_in_the_answer_times()
    {
        var tally = Of([.. Enumerable.Repeat(NotAnswered(), 90), Answered(40, inTime: true), Answered(40, inTime: true), Answered(250)]);

        Assert.Equal(((decimal?)4.0m, (decimal?)66.7m), (tally.AnswerDays(50), tally.AnsweredInTimePercent));
    }

    [Fact]
    public void Of_none_there_is_no_answer_time_no_percentage_and_no_mean() =>
        Assert.Equal((null, null, null, null), (Of().AnswerDays(50), Of().AnswerDays(90), Of().AnsweredInTimePercent, Of().MeanHops));

    [Fact]
    public void The_mean_of_hops_is_over_all_of_them() => Assert.Equal(0.67m, Of(NotAnswered(), NotAnswered(), NotAnswered(hops: 2)).MeanHops);

    private static CountedFact Answered(int tenthsOfDays, bool inTime = false) => new() { AnswerTenthsOfDays = tenthsOfDays, InTime = inTime };

    private static CountedFact NotAnswered(byte hops = 0) => new() { AnswerTenthsOfDays = -1, IsOpen = true, Hops = hops };

    private static Tally Of(params CountedFact[] facts)
    {
        var tally = new Tally();
        foreach (var fact in facts) tally.Add(fact);
        return tally;
    }
}
