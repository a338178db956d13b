using Avvik.Statistics.Facts;

namespace Avvik.Statistics.Figures;

/// <summary>The figures of some deviations. Whole numbers until the last step, so that they are the same on each engine.</summary>
/// <param name="at">The minute the figures are of: what is unanswered then has waited until then.</param>
/// <param name="weight">How many deviations each fact stands for: 1, or the base that protected figures are rounded to.</param>
internal sealed class Aggregate(int at, int weight = 1)
{
    // Tenths of days: of those answered, until they were; of those waiting, so far.
    private readonly Durations _answered = new(), _waiting = new();

    /// <summary>Deviations: without good collaboration and proposals.</summary>
    public long Count { get; private set; }
    public long GoodCollaboration { get; private set; }
    public long Proposals { get; private set; }
    public long Open { get; private set; }
    public long Answered => _answered.Count;
    /// <summary>Whose deadline has passed, answered or not.</summary>
    public long Due { get; private set; }
    /// <summary>Of those, answered before it passed.</summary>
    public long InTime { get; private set; }
    public long Hops { get; private set; }

    public void Add(in CountedFact fact)
    {
        if (fact.CountedAs is CountedAs.GoodCollaboration) GoodCollaboration += weight;
        if (fact.CountedAs is CountedAs.Proposal) Proposals += weight;
        if (fact.CountedAs is not CountedAs.Deviation) return;
        Count += weight;
        Hops += weight * fact.Hops;
        if (fact.IsOpen) Open += weight;
        if (fact.IsAnswered) _answered.Add(fact.AnswerTenthsOfDays, weight);
        else if (fact.IsOpen) _waiting.Add(fact.WaitingTenthsOfDays(at), weight);
        if (!fact.WasDue(at)) return;
        Due += weight;
        if (fact.InTime) InTime += weight;
    }

    /// <summary>The days within which half and nine tenths had their answer (<see cref="AnswerCurve"/>).</summary>
    public (decimal? Median, decimal? P90) AnswerDays
    {
        get
        {
            var curve = new AnswerCurve(_answered.Count + _waiting.Count);
            using var waits = _waiting.Ascending().GetEnumerator();
            var more = waits.MoveNext();
            foreach (var (tenths, times) in _answered.Ascending())
            {
                for (; more && waits.Current.Tenths < tenths; more = waits.MoveNext()) curve.AddWaits(waits.Current.Times);
                curve.AddAnswers(tenths, times);
            }
            return curve.End();
        }
    }

    /// <summary>Of those that were due; null when none was.</summary>
    public decimal? AnsweredInTimePercent => PercentOf(InTime, Due);

    public decimal? MeanHops => MeanOf(Hops, Count);

    public static decimal? PercentOf(long part, long whole) => whole == 0 ? null : Math.Round(100m * part / whole, 1, MidpointRounding.AwayFromZero);

    public static decimal? MeanOf(long sum, long count) => count == 0 ? null : Math.Round((decimal)sum / count, 2, MidpointRounding.AwayFromZero);

    /// <summary>How many took each time: one by one while they are few, then by time. A table has thousands of rows of a few, and some of very many.</summary>
    private sealed class Durations
    {
        private const int Few = 500;
        private List<(int Tenths, int Times)>? _few;
        private int[]? _many;
        private bool _sorted;

        public long Count { get; private set; }

        public void Add(int tenths, int times)
        {
            Count += times;
            if (_many is null && (_few ??= []).Count < Few)
            {
                _few.Add((tenths, times));
                _sorted = false;
                return;
            }
            if (_many is null)
            {
                _many = [];
                foreach (var (t, n) in _few!) AddToMany(t, n);
                _few = null;
            }
            AddToMany(tenths, times);
        }

        public IEnumerable<(int Tenths, int Times)> Ascending()
        {
            if (_many is null)
            {
                if (!_sorted) _few?.Sort();
                _sorted = true;
                for (var i = 0; i < _few?.Count; i++)
                {
                    var (tenths, times) = _few[i];
                    while (i + 1 < _few.Count && _few[i + 1].Tenths == tenths) times += _few[++i].Times;
                    yield return (tenths, times);
                }
                yield break;
            }
            for (var tenths = 0; tenths < _many.Length; tenths++)
                if (_many[tenths] > 0) yield return (tenths, _many[tenths]);
        }

        private void AddToMany(int tenths, int times)
        {
            if (tenths >= _many!.Length) Array.Resize(ref _many, 2 * tenths + 1);
            _many[tenths] += times;
        }
    }
}
