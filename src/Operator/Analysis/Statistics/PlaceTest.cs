namespace Rerank.Operator.Analysis.Statistics;

/// <summary>
/// Randomisation test for two shares when keys, not requests, are what is assigned: which places answer from the candidate was drawn once, by a hash. If the candidate
/// changes nothing beyond a margin, each place's counts are what they would be in either arm, but for the margin; so the places that the candidate has are compared with random sets of
/// as many places. That is exact whatever keys, sessions, tenants, peaks and incidents made the counts, because only the assignment is taken to be random.
/// </summary>
/// <remarks>
/// Fisher, The Design of Experiments (1935); Imbens, Rubin, Causal Inference (2015), chapter 5. The statistic is the difference of both arms' ratios over its standard error from place to
/// place, as for cluster samples (Cochran, Sampling Techniques, 1977, section 6.3): studentised, so that the test is right about the mean too when the candidate's counts only differ in spread
/// (Wu, Ding, Randomization tests for weak null hypotheses in randomized experiments, JASA 116, 2021). With a margin that holds for large counts only: of rare events, subtracting the margin makes
/// counts that vary less than any can. So whoever decides by it asks <see cref="BlockShare.PValues"/> too.
/// </remarks>
internal static class PlaceTest
{
    /// <summary>Draws after which it goes on only where the counts look like harm.</summary>
    private const int Screen = 2000;

    private const int MostDraws = 1_000_000;

    /// <param name="Harm">Of "the candidate's share is at most the margin above stable's": small when it is worse than allowed.</param>
    /// <param name="Safety">Of "the candidate's share is at least the margin above stable's": small when it is within it.</param>
    internal readonly record struct PValues(double Harm, double Safety);

    /// <param name="trials">By place.</param>
    /// <param name="bad">By place.</param>
    /// <param name="candidates">How many places, from the first on, are the candidate's.</param>
    /// <param name="margin">By how much the candidate's share may be above stable's.</param>
    /// <param name="levels">The levels that the p-values will be compared with; decide on the number of draws.</param>
    /// <param name="seed">Of the draws: the same counts and seed give the same p-values, whoever looks.</param>
    public static PValues Test(ReadOnlySpan<int> trials, ReadOnlySpan<int> bad, int candidates, double margin, PValues levels, ulong seed)
    {
        var places = trials.Length;
        if (candidates <= 0 || candidates >= places)
            return new(1, 1);

        // What the counts would be in stable's hands, at the edge of the null.
        var values = new Sums[places];
        var total = default(Sums);
        for (var i = 0; i < places; i++)
        {
            values[i] = Sums.Of(trials[i], i < candidates ? bad[i] - margin * trials[i] : bad[i]);
            total += values[i];
        }

        var own = default(Sums);
        for (var i = 0; i < candidates; i++)
            own += values[i];
        if (own.N == 0 || own.N == total.N)
            return new(1, 1);
        var seen = Statistic(own, total - own, candidates, places - candidates);

        // The smaller side is drawn; the statistic of the other is its negative.
        var drawn = Math.Min(candidates, places - candidates);
        var sign = drawn == candidates ? 1 : -1;
        var order = new int[places];
        for (var i = 0; i < places; i++)
            order[i] = i;

        var random = new SplitMix64(seed);
        int harmDraws = DrawsFor(levels.Harm), safetyDraws = DrawsFor(levels.Safety);
        int draws = 0, above = 0, below = 0;
        while (draws < Screen
            || (draws < harmDraws && above + 1 <= levels.Harm * (harmDraws + 1))
            || (draws < safetyDraws && below + 1 <= levels.Safety * (safetyDraws + 1)))
        {
            var set = default(Sums);
            for (var i = 0; i < drawn; i++)
            {
                var other = i + random.Below(places - i);
                (order[i], order[other]) = (order[other], order[i]);
                set += values[order[i]];
            }

            var statistic = set.N == 0 || set.N == total.N ? 0 : sign * Statistic(set, total - set, drawn, places - drawn);
            above += statistic >= seen ? 1 : 0;
            below += statistic <= seen ? 1 : 0;
            draws++;
        }

        return new((above + 1.0) / (draws + 1), (below + 1.0) / (draws + 1));
    }

    /// <summary>Whether a level can be reached at all.</summary>
    public static bool CanReach(double level) => level * (MostDraws + 1) >= 1;

    private static int DrawsFor(double level) => (int)Math.Clamp(Math.Ceiling(3 / level), Screen, MostDraws);

    /// <summary>Difference of both arms' shares and its standard error from place to place; null while an arm has no trials.</summary>
    public static (double Difference, double StandardError)? Estimate(ReadOnlySpan<int> trials, ReadOnlySpan<int> bad, int candidates)
    {
        Sums own = default, others = default;
        for (var i = 0; i < trials.Length; i++)
        {
            if (i < candidates)
                own += Sums.Of(trials[i], bad[i]);
            else
                others += Sums.Of(trials[i], bad[i]);
        }

        if (own.N == 0 || others.N == 0)
            return null;
        var variance = own.Variance(candidates) + others.Variance(trials.Length - candidates);
        return (own.Y / own.N - others.Y / others.N, Math.Sqrt(variance));
    }

    /// <summary>How many places of equal traffic would say as much: (sum n)^2 / sum n^2 (Kish, Survey Sampling, 1965).</summary>
    public static double Effective(ReadOnlySpan<int> trials)
    {
        double sum = 0, squares = 0;
        foreach (var count in trials)
        {
            sum += count;
            squares += (double)count * count;
        }

        return squares == 0 ? 0 : sum * sum / squares;
    }

    private static double Statistic(in Sums left, in Sums right, int leftPlaces, int rightPlaces)
    {
        var difference = left.Y / left.N - right.Y / right.N;
        var variance = left.Variance(leftPlaces) + right.Variance(rightPlaces);
        return variance > 0 ? difference / Math.Sqrt(variance) : difference * double.MaxValue;
    }

    /// <summary>What a ratio and its variance over clusters take: sums of n, y, n^2, n y, y^2.</summary>
    private readonly record struct Sums(double N, double Y, double NN, double NY, double YY)
    {
        public static Sums Of(double n, double y) => new(n, y, n * n, n * y, y * y);

        public static Sums operator +(in Sums a, in Sums b) => new(a.N + b.N, a.Y + b.Y, a.NN + b.NN, a.NY + b.NY, a.YY + b.YY);

        public static Sums operator -(in Sums a, in Sums b) => new(a.N - b.N, a.Y - b.Y, a.NN - b.NN, a.NY - b.NY, a.YY - b.YY);

        public double Variance(int places)
        {
            var ratio = Y / N;
            var squares = Math.Max(0, YY - 2 * ratio * NY + ratio * ratio * NN);
            return places > 1 ? squares / (N * N) * places / (places - 1) : squares / (N * N);
        }
    }

    /// <summary>Steele, Lea, Flood, Fast splittable pseudorandom number generators, OOPSLA 2014: the same numbers everywhere.</summary>
    private struct SplitMix64(ulong seed)
    {
        private ulong _state = seed;

        /// <summary>Evenly from 0 on, below a limit; the bias of the multiplication is below 2^-50.</summary>
        public int Below(int limit)
        {
            var z = _state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return (int)Math.BigMul(z ^ (z >> 31), (ulong)limit, out _);
        }
    }
}
