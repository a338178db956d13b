using Avvik.Statistics.Facts;

namespace Avvik.Statistics.Figures;

/// <summary>What is counted for one row, and the figures made from it: whole numbers in, decimals out, so they are the same on every engine.</summary>
internal sealed class Tally
{
    private const int Few = 500;

    // Tenths of days from receipt to answer: one by one while they are few, from then on how many took each time. A table has thousands of rows of
    // a few, which must lie close together, and some of very many.
    private List<int>? _few;
    private int[]? _many;
    private bool _inOrder;

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
        AddAnswer(fact.AnswerTenthsOfDays, 1);
    }

    public void Add(Tally other)
    {
        (Count, Open, Answered, InTime, Hops) = (Count + other.Count, Open + other.Open, Answered + other.Answered, InTime + other.InTime, Hops + other.Hops);
        foreach (var tenths in other._few ?? []) AddAnswer(tenths, 1);
        foreach (var (tenths, times) in (other._many ?? []).Index())
            if (times > 0) AddAnswer(tenths, times);
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

    private void AddAnswer(int tenths, int times)
    {
        if (_many is null && times == 1 && (_few ??= []).Count < Few)
        {
            _few.Add(tenths);
            _inOrder = false;
            return;
        }
        if (_many is null)
        {
            _many = [];
            foreach (var one in _few ?? []) AddAnswer(one, 1);
            _few = null;
        }
        if (tenths >= _many.Length) Array.Resize(ref _many, 2 * tenths + 1);
        _many[tenths] += times;
    }

    private int At(long rank)
    {
        if (_many is null)
        {
            if (!_inOrder) _few!.Sort();
            _inOrder = true;
            return _few![(int)rank];
        }
        var tenths = 0;
        while ((rank -= _many[tenths]) >= 0) tenths++;
        return tenths;
    }

    private static decimal Round(decimal value, int decimals) => Math.Round(value, decimals, MidpointRounding.AwayFromZero);
}
