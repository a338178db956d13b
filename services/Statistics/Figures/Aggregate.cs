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

    public void Add(Aggregate other)
    {
        (Count, GoodCollaboration, Proposals) = (Count + other.Count, GoodCollaboration + other.GoodCollaboration, Proposals + other.Proposals);
        (Open, Due, InTime, Hops) = (Open + other.Open, Due + other.Due, InTime + other.InTime, Hops + other.Hops);
        _answered.Add(other._answered);
        _waiting.Add(other._waiting);
    }

    /// <summary>
    /// The days within which that share had their answer, one decimal, by Kaplan and Meier (1958): who still waits counts for as long as they have waited.
    /// Where the curve lies exactly at the share, the middle of the step. Null when so many have not been answered.
    /// </summary>
    public decimal? AnswerDays(int percent)
    {
        const double tolerance = 1e-9;
        var (atRisk, unanswered, left) = (_answered.Count + _waiting.Count, 1.0, 1 - percent / 100.0);
        using var waits = _waiting.Ascending().GetEnumerator();
        var more = waits.MoveNext();
        int? reached = null;
        foreach (var (tenths, times) in _answered.Ascending())
        {
            if (reached is { } at) return Days(at + tenths, 2);
            for (; more && waits.Current.Tenths < tenths; more = waits.MoveNext()) atRisk -= waits.Current.Times;
            unanswered *= 1 - (double)times / atRisk;
            atRisk -= times;
            if (unanswered < left - tolerance) return Days(tenths, 1);
            if (unanswered <= left + tolerance) reached = tenths;
        }
        return reached is { } last ? Days(last, 1) : null;

        static decimal Days(int tenths, int of) => Round((decimal)tenths / of / 10, 1);
    }

    /// <summary>Of those that were due; null when none was.</summary>
    public decimal? AnsweredInTimePercent => Due == 0 ? null : Round(100m * InTime / Due, 1);

    public decimal? MeanHops => Count == 0 ? null : Round((decimal)Hops / Count, 2);

    private static decimal Round(decimal value, int decimals) => Math.Round(value, decimals, MidpointRounding.AwayFromZero);

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

        public void Add(Durations other)
        {
            foreach (var (tenths, times) in other.Ascending()) Add(tenths, times);
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
