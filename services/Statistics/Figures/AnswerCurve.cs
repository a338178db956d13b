namespace Avvik.Statistics.Figures;

/// <summary>
/// The days within which half and nine tenths had their answer, by Kaplan and Meier (1958): who still waits counts for as long as they have waited. Where the
/// curve lies exactly at the share, the middle of the step. Times are given ascending; at the same time, answers before waits.
/// </summary>
/// <param name="count">How many were answered or wait.</param>
internal struct AnswerCurve(long count)
{
    private const double Tolerance = 1e-9;
    private long _atRisk = count;
    private double _unanswered = 1;
    private int _tenths, _answers;
    private Reached _half, _nineTenths;

    public void AddAnswers(int tenths, int times)
    {
        if (tenths != _tenths) Step(tenths);
        _tenths = tenths;
        _answers += times;
    }

    public void AddWaits(int tenths, int times)
    {
        // The answers at or before that time were given while these waited.
        if (_answers > 0) Step(next: null);
        _tenths = tenths;
        _atRisk -= times;
    }

    /// <summary>One decimal; null where fewer have an answer.</summary>
    public (decimal? Median, decimal? P90) End()
    {
        if (_answers > 0) Step(next: null);
        return (_half.Days, _nineTenths.Days);
    }

    private void Step(int? next)
    {
        if (_answers > 0)
        {
            _unanswered *= 1 - (double)_answers / _atRisk;
            _atRisk -= _answers;
            _answers = 0;
            _half.Pass(_unanswered, 0.5, _tenths);
            _nineTenths.Pass(_unanswered, 0.1, _tenths);
        }
        if (next is not { } tenths) return;
        _half.Continue(tenths);
        _nineTenths.Continue(tenths);
    }

    private struct Reached
    {
        // Twice the tenths of days.
        private int? _twice;
        private bool _isExact;

        public readonly decimal? Days => _twice is { } twice ? Math.Round((decimal)twice / 20, 1, MidpointRounding.AwayFromZero) : null;

        public void Pass(double unanswered, double left, int tenths)
        {
            if (_twice is null && unanswered <= left + Tolerance) (_twice, _isExact) = (2 * tenths, unanswered >= left - Tolerance);
        }

        public void Continue(int tenths)
        {
            if (_isExact) (_twice, _isExact) = (_twice / 2 + tenths, false);
        }
    }
}
