using Avvik.Statistics.Facts;
using Avvik.Statistics.Figures;

namespace Avvik.Statistics.Tests.Figures;

public sealed class Aggregate_tests
{
    [Theory]
    [InlineData(new[] { 30 }, 3.0, 3.0)]
    // On the step itself, the middle of it.
    [InlineData(new[] { 10, 20 }, 1.5, 2.0)]
    [InlineData(new[] { 30, 10, 20 }, 2.0, 3.0)]
    [InlineData(new[] { 10, 20, 30, 40, 50, 60, 70, 80, 90, 100 }, 5.5, 9.5)]
    [InlineData(new[] { 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 400 }, 0.5, 0.5)]
    // Halves are rounded up: 1.25 days is 1.3.
    [InlineData(new[] { 12, 13 }, 1.3, 1.3)]
    [InlineData(new[] { 0, 0 }, 0.0, 0.0)]
    public void Percentiles_are_of_the_answer_times_when_nobody_waits(int[] tenths, double median, double p90)
    {
        var aggregate = Of([.. tenths.Select(t => Answered(t))]);

        Assert.Equal(((decimal?)median, (decimal?)p90), aggregate.AnswerDays);
    }

    [Fact]
    public void Median_counts_those_still_waiting_as_kaplan_and_meier_do()
    {
        // The textbook's example: answered after 6, 6, 6, 7, 10, 13, 16, 22 and 23 days; the others had waited as long as this (Freireich 1963).
        int[] answered = [6, 6, 6, 7, 10, 13, 16, 22, 23], waiting = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35];

        var aggregate = Of([.. answered.Select(d => Answered(10 * d)), .. waiting.Select(d => Waiting(10 * d))]);

        Assert.Equal((23m, null), aggregate.AnswerDays);
    }

    [Fact]
    public void In_time_share_is_of_those_whose_deadline_has_passed()
    {
        var aggregate = Of(Answered(40, inTime: true), Answered(40, inTime: true), Answered(250), Waiting(300) with { DueMinutes = -1 },
            // Not due yet, or rejected without an answer.
            Answered(10, inTime: true) with { DueMinutes = 1 }, Waiting(10) with { DueMinutes = 1 }, Waiting(300) with { DueMinutes = -1, IsOpen = false });

        Assert.Equal((4, 2, 50m), (aggregate.Due, aggregate.InTime, aggregate.AnsweredInTimePercent));
    }

    [Fact]
    public void Good_collaboration_and_proposals_are_counted_apart()
    {
        var aggregate = Of(Answered(40), Answered(10) with { CountedAs = CountedAs.GoodCollaboration },
            Waiting(90) with { CountedAs = CountedAs.Proposal, Hops = 3 });

        Assert.Equal((1, 1, 1, 0, 4m, 0m), (aggregate.Count, aggregate.GoodCollaboration, aggregate.Proposals, aggregate.Open, aggregate.AnswerDays.Median,
            aggregate.MeanHops));
    }

    [Fact]
    public void Empty_aggregate_has_no_answer_time_share_or_mean() =>
        Assert.Equal((null, null, null, null), (Of().AnswerDays.Median, Of().AnswerDays.P90, Of().AnsweredInTimePercent, Of().MeanHops));

    [Fact]
    public void Mean_of_hops_is_over_all_deviations() => Assert.Equal(0.67m, Of(Waiting(0), Waiting(0), Waiting(0) with { Hops = 2 }).MeanHops);

    private static CountedFact Answered(int tenthsOfDays, bool inTime = false) => new() { AnswerTenthsOfDays = tenthsOfDays, InTime = inTime, DueMinutes = -1 };

    private static CountedFact Waiting(int tenthsOfDays) => new()
    {
        AnswerTenthsOfDays = CountedFact.NotAnswered,
        ReceivedMinutes = -144 * tenthsOfDays,
        DueMinutes = CountedFact.NeverDue,
        IsOpen = true,
    };

    private static Aggregate Of(params CountedFact[] facts)
    {
        var aggregate = new Aggregate(at: 0);
        foreach (var fact in facts) aggregate.Add(fact);
        return aggregate;
    }
}
