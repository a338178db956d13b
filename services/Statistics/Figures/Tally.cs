using Avvik.Statistics.Facts;

namespace Avvik.Statistics.Figures;

/// <summary>What is counted for one row, and the figures made from it: whole numbers in, decimals out, so they are the same on every engine.</summary>
internal sealed class Tally
{
    // Tenths of days from receipt to answer, and how many took that long.
    private Dictionary<int, long>? _answers;
    private KeyValuePair<int, long>[]? _inOrder;

    public long Count { get; private set; }
    public long Open { get; private set; }
    public long Answered { get; private set; }
    public long InTime { get; private set; }
    public long Hops { get; private set; }

    public void Add(in CountedFact fact)
    {
        Count++;
        Hops += fact.Hops;
        if (fact.IsOpen) Open++;
        if (fact.AnswerTenthsOfDays < 0) return;
        Answered++;
        if (fact.InTime) InTime++;
        _inOrder = null;
        _answers ??= [];
        _answers[fact.AnswerTenthsOfDays] = _answers.GetValueOrDefault(fact.AnswerTenthsOfDays) + 1;
    }

    public void Add(Tally other)
    {
        (Count, Open, Answered, InTime, Hops) = (Count + other.Count, Open + other.Open, Answered + other.Answered, InTime + other.InTime, Hops + other.Hops);
        if (other._answers is null) return;
        _inOrder = null;
        _answers ??= [];
        foreach (var (tenths, count) in other._answers) _answers[tenths] = _answers.GetValueOrDefault(tenths) + count;
    }

    /// <summary>
    /// The percentile of the answer times in days, one decimal: interpolated between the two nearest (Excel's PERSENTIL.INK, so that 50 is the
    /// median everyone knows). Null when nothing is answered.
    /// </summary>
    public decimal? AnswerDays(int percent)
    {
        if (Answered == 0) return null;
        var (rank, between) = Math.DivRem((Answered - 1) * percent, 100);
        decimal below = At(rank);
        return Round((below + (between == 0 ? 0 : (At(rank + 1) - below) * between / 100)) / 10, 1);
    }

    /// <summary>Of the answered; null when none is.</summary>
    public decimal? AnsweredInTimePercent => Answered == 0 ? null : Round(100m * InTime / Answered, 1);

    public decimal? MeanHops => Count == 0 ? null : Round((decimal)Hops / Count, 2);

    private int At(long rank)
    {
        foreach (var (tenths, count) in _inOrder ??= [.. _answers!.OrderBy(a => a.Key)])
            if ((rank -= count) < 0) return tenths;
        throw new ArgumentOutOfRangeException(nameof(rank));
    }

    private static decimal Round(decimal value, int decimals) => Math.Round(value, decimals, MidpointRounding.AwayFromZero);
}
