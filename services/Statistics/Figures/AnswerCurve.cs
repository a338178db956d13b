namespace Avvik.Statistics.Figures;

/// <summary>
/// The days within which half and nine tenths had their answer, by Kaplan and Meier (1958): who still waits counts for as long as they have waited. Where the
/// curve lies exactly at the share, the middle of the step. Times are given ascending; at the same time, answers before waits.
/// </summary>
/// <remarks>Between two waits the curve falls by an equal part for each answer, so that an answer is only counted until one of the shares is reached.</remarks>
internal struct AnswerCurve
{
    private const double Tolerance = 1e-9;

    // How many wait for an answer, and which share of all that is, after the last wait; and how many were answered since.
    private long _atRisk;
    private double _unanswered = 1;
    private long _answers;
    private bool _isChanged;
    private Reached _half = new(0.5), _nineTenths = new(0.1);

    /// <param name="count">How many were answered or wait.</param>
    public AnswerCurve(long count)
    {
        _atRisk = count;
        Expect();
    }

    /// <summary>After how many more answers one matters: those before it may be given to <see cref="AddAnswers"/> together with it.</summary>
    public readonly long Until => _isChanged ? 1 : Math.Min(_half.Next, _nineTenths.Next) - _answers;

    /// <summary>Both shares are reached, and nothing more can change that.</summary>
    public readonly bool IsComplete => !_isChanged && _half.IsComplete && _nineTenths.IsComplete;

    /// <param name="times">How many; only the last <paramref name="times"/> may be at that time if they are not more than <see cref="Until"/>.</param>
    public void AddAnswers(int tenths, long times)
    {
        if (_isChanged) Expect();
        var before = _answers;
        _answers += times;
        if (_answers < Math.Min(_half.Next, _nineTenths.Next)) return;
        _half.Pass(tenths, _answers, this, before);
        _nineTenths.Pass(tenths, _answers, this, before);
    }

    public void AddWaits(int times)
    {
        if (_answers > 0)
        {
            _half.Close(this, _answers);
            _nineTenths.Close(this, _answers);
            _unanswered = UnansweredAfter(_answers);
            _atRisk -= _answers;
            _answers = 0;
        }
        _atRisk -= times;
        _isChanged = true;
    }

    /// <summary>One decimal; null where fewer have an answer.</summary>
    public readonly (decimal? Median, decimal? P90) End() => (_half.Days, _nineTenths.Days);

    private void Expect()
    {
        _half.Expect(_atRisk, _unanswered);
        _nineTenths.Expect(_atRisk, _unanswered);
        _isChanged = false;
    }

    private readonly double UnansweredAfter(long answers) => _unanswered * (_atRisk - answers) / _atRisk;

    private struct Reached(double left)
    {
        // Twice the tenths of days.
        private int? _twice;
        // The step at which it was reached may have more answers; or it was exact, and the next answer ends it.
        private bool _isOpen, _isExact;

        /// <summary>The number of answers since the last wait at which something happens.</summary>
        public long Next { get; private set; }

        public readonly bool IsComplete => _twice is not null && !_isOpen && !_isExact;

        public readonly decimal? Days => _twice is { } twice ? Math.Round((decimal)twice / 20, 1, MidpointRounding.AwayFromZero) : null;

        public void Expect(long atRisk, double unanswered) => Next = _isExact ? 1
            : _twice is not null || atRisk == 0 ? long.MaxValue
            : Math.Max(1, (long)Math.Ceiling(atRisk * (1 - (left + Tolerance) / unanswered)));

        public void Pass(int tenths, long answers, in AnswerCurve curve, long before)
        {
            if (answers < Next) return;
            if (_twice is null) (_twice, _isOpen) = (2 * tenths, true);
            else if (_twice < 2 * tenths)
            {
                if (_isOpen) Close(curve, before);
                if (_isExact) _twice = _twice / 2 + tenths;
                (_isExact, _isOpen) = (false, false);
            }
            Next = _isOpen ? answers + 1 : long.MaxValue;
        }

        /// <summary>All answers of the step are counted: whether the share is reached exactly.</summary>
        public void Close(in AnswerCurve curve, long answers)
        {
            if (!_isOpen) return;
            (_isOpen, _isExact) = (false, curve.UnansweredAfter(answers) >= left - Tolerance);
        }
    }
}
