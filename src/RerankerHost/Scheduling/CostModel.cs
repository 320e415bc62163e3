using System.Numerics;

namespace Rerank.RerankerHost.Scheduling;

/// <summary>
/// What a model's runs cost one worker, as measured when it was warmed up and kept up to date by every run. Runs are told apart by the length of their pairs, in powers of two: each class has its share
/// of time and work of late, so that a burst of one length takes nothing away from what is known of the others. The two parts of <see cref="RunCost"/> are fitted to the classes, with the same
/// relative error allowed for all of them.
/// </summary>
/// <param name="measured">As measured when the model was warmed up.</param>
/// <param name="lengths">For which it was measured. Until a pair about as long has run, the measurement stands for it, as much slower or faster as all runs are.</param>
internal sealed class CostModel(RunCost measured, params int[] lengths)
{
    // What is remembered: so many seconds of runs, but no fewer runs than four and no more than twenty.
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(2);
    private const double LeastForgotten = 0.05;
    private const double MostForgotten = 0.25;

    // A run that stalls says nothing of the next ones' cost. An estimate that is far too low finds back all the same, in some more runs.
    private const double MostSlower = 5;
    private static readonly TimeSpan Stall = TimeSpan.FromMilliseconds(1);

    // A machine doesn't become slower or faster than that; a clock or a measurement may.
    private const double MostChange = 1000;

    private readonly RunCost _measured = measured;
    private readonly RunHistory?[] _classes = new RunHistory?[32];
    private readonly RunHistory _all = new();

    /// <summary>As of late.</summary>
    public RunCost Cost { get; private set; } = measured;

    public void Observe(Work work, TimeSpan elapsed)
    {
        var expected = _measured.Seconds(work);
        if (elapsed <= TimeSpan.Zero || expected <= 0)
            return;
        var seconds = Math.Min(elapsed.TotalSeconds, (MostSlower * Cost.Seconds(work)) + Stall.TotalSeconds);
        var forgotten = Math.Clamp(seconds / Memory.TotalSeconds, LeastForgotten, MostForgotten);
        ref var ofClass = ref _classes[ClassOf(work.MeanLength)];
        ofClass ??= new RunHistory { Ratio = _all.Ratio };
        ofClass.Add(work, expected, seconds, forgotten);
        _all.Add(work, expected, seconds, forgotten);
        Cost = Fit();
    }

    private static int ClassOf(double length) => BitOperations.Log2((uint)Math.Max(1, length));

    private RunCost Fit()
    {
        var fit = new Fitting();
        foreach (var known in _classes)
        {
            if (known is not null)
                fit.Add(known.MeanLength, known.Ratio * PerTokenMeasured(known.MeanLength));
        }

        foreach (var length in lengths)
        {
            if (_classes[ClassOf(length)] is null)
                fit.Add(length, _all.Ratio * PerTokenMeasured(length));
        }

        // With one length alone the parts can't be told apart: both are as much slower or faster as it is.
        return fit.Points > 1 ? fit.Solve() : new RunCost(_measured.PerToken * _all.Ratio, _measured.PerSquare * _all.Ratio);
    }

    private double PerTokenMeasured(double length) => _measured.PerToken + (_measured.PerSquare * length);

    /// <summary>The work and the time of the runs of late.</summary>
    private sealed class RunHistory
    {
        private double _tokens;
        private double _squares;
        private double _expected;
        private double _seconds;

        /// <summary>How many times as long runs take as was measured when the model was warmed up.</summary>
        public double Ratio { get; set; } = 1;

        public double MeanLength => _squares / _tokens;

        /// <param name="expected">Seconds, by what was measured.</param>
        /// <param name="forgotten">Which part of all before.</param>
        public void Add(Work work, double expected, double seconds, double forgotten)
        {
            // As if all that is remembered had been like this run, at the ratio so far.
            if (_tokens == 0)
                (_tokens, _squares, _expected, _seconds) = (work.Tokens / forgotten, work.Squares / forgotten, expected / forgotten, expected / forgotten * Ratio);

            // The ratio of the sums, and not the mean of ratios: a batch of few tokens costs far more for each, and says little of a full one.
            var kept = 1 - forgotten;
            _tokens = (kept * _tokens) + work.Tokens;
            _squares = (kept * _squares) + work.Squares;
            _expected = (kept * _expected) + expected;
            _seconds = (kept * _seconds) + seconds;
            Ratio = Math.Clamp(_seconds / _expected, 1 / MostChange, MostChange);
        }
    }

    /// <summary>Least squares of relative errors: seconds per token = a + b * length, neither negative.</summary>
    private struct Fitting
    {
        // Of lengths: those that are as good as equal tell nothing of squares.
        private const double LeastDifference = 1e-4;

        private double _pp, _pq, _qq, _p, _q;

        public int Points { get; private set; }

        public void Add(double length, double secondsPerToken)
        {
            var (p, q) = (1 / secondsPerToken, length / secondsPerToken);
            (_pp, _pq, _qq, _p, _q) = (_pp + (p * p), _pq + (p * q), _qq + (q * q), _p + p, _q + q);
            Points++;
        }

        public readonly RunCost Solve()
        {
            var determinant = (_pp * _qq) - (_pq * _pq);
            if (determinant < LeastDifference * _pp * _qq)
                return new RunCost(_p / _pp, 0);
            var perToken = ((_p * _qq) - (_q * _pq)) / determinant;
            var perSquare = ((_q * _pp) - (_p * _pq)) / determinant;
            return perSquare >= 0 && perToken >= 0 ? new RunCost(perToken, perSquare)
                : perToken < 0 ? new RunCost(0, _q / _qq)
                : new RunCost(_p / _pp, 0);
        }
    }
}
