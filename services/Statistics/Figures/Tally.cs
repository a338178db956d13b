namespace Avvik.Statistics.Figures;

/// <summary>What is counted for one row, and the figures made from it: whole numbers in, decimals out, so they are the same on every engine.</summary>
internal sealed class Tally
{
    // Tenths of days from receipt to answer, and how many took that long.
    private readonly SortedDictionary<int, long> _answers = [];
    private long _answered, _inTime, _hops;

    public long Count { get; private set; }
    public long Open { get; private set; }

    public void Add(Bin bin)
    {
        (Count, Open, _inTime, _hops) = (Count + bin.Count, Open + bin.Open, _inTime + bin.InTime, _hops + bin.Hops);
        if (bin.AnswerTenthsOfDays is not { } tenths) return;
        _answered += bin.Count;
        _answers[tenths] = _answers.GetValueOrDefault(tenths) + bin.Count;
    }

    /// <summary>
    /// The percentile of the answer times in days, one decimal: interpolated between the two nearest (Excel's PERSENTIL.INK, so that 50 is the
    /// median everyone knows). Null when nothing is answered.
    /// </summary>
    public decimal? AnswerDays(int percent)
    {
        if (_answered == 0) return null;
        var (rank, between) = Math.DivRem((_answered - 1) * percent, 100);
        decimal below = At(rank);
        return Round((below + (between == 0 ? 0 : (At(rank + 1) - below) * between / 100)) / 10, 1);
    }

    /// <summary>Of the answered; null when none is.</summary>
    public decimal? AnsweredInTimePercent => _answered == 0 ? null : Round(100m * _inTime / _answered, 1);

    public decimal? MeanHops => Count == 0 ? null : Round((decimal)_hops / Count, 2);

    private int At(long rank)
    {
        foreach (var (tenths, count) in _answers)
            if ((rank -= count) < 0) return tenths;
        throw new ArgumentOutOfRangeException(nameof(rank));
    }

    private static decimal Round(decimal value, int decimals) => Math.Round(value, decimals, MidpointRounding.AwayFromZero);
}

/// <summary>Deviations that have the same values of the dimensions and took equally long to answer.</summary>
internal sealed record Bin(int? AnswerTenthsOfDays, long Count, long Open, long InTime, long Hops);
