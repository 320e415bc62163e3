namespace Rerank.RerankerHost.Scheduling;

/// <summary>What work costs in seconds: a part for every token, and a part for every token squared, since attention compares each token with every other.</summary>
/// <param name="PerToken">Never negative.</param>
/// <param name="PerSquare">A pair of n tokens has n² of them. Never negative.</param>
internal readonly record struct RunCost(double PerToken, double PerSquare)
{
    /// <summary>From what a token costs in pairs of two lengths.</summary>
    /// <param name="length">Of the shorter.</param>
    /// <param name="longer">Of the longer.</param>
    public static RunCost Of(int length, double secondsPerToken, int longer, double secondsPerTokenOfLonger)
    {
        // A longer pair's tokens can be cheaper, where a run has a cost of its own. That says nothing of squares.
        if (longer <= length || secondsPerTokenOfLonger <= secondsPerToken)
            return new RunCost(secondsPerToken, 0);
        var perSquare = (secondsPerTokenOfLonger - secondsPerToken) / (longer - length);
        var perToken = secondsPerToken - (perSquare * length);
        return perToken > 0 ? new RunCost(perToken, perSquare) : new RunCost(0, secondsPerTokenOfLonger / longer);
    }

    /// <summary>Tokens of the longest pair that takes no longer than <paramref name="seconds"/>.</summary>
    public int LongestWithin(double seconds)
    {
        // The positive root of PerSquare * n² + PerToken * n = seconds, in the form that has no difference of nearly equal numbers and no division by a PerSquare of 0.
        var divisor = PerToken + Math.Sqrt((PerToken * PerToken) + (4 * PerSquare * seconds));
        return divisor > 0 ? (int)Math.Min(int.MaxValue, 2 * seconds / divisor) : int.MaxValue;
    }

    public static RunCost operator /(RunCost cost, int workers) => new(cost.PerToken / workers, cost.PerSquare / workers);

    public double Seconds(Work work) => (work.Tokens * PerToken) + (work.Squares * PerSquare);

    /// <summary>Of several pairs of one length.</summary>
    public double Seconds(int length, int pairs = 1) => pairs * Seconds(Work.OfPair(length));
}

/// <summary>How much pairs ask of a model.</summary>
/// <param name="Tokens">Of all of them.</param>
/// <param name="Squares">The sum of their lengths' squares.</param>
internal readonly record struct Work(long Tokens, long Squares)
{
    /// <summary>Of the pairs, by their tokens: the length that a token finds itself in.</summary>
    public double MeanLength => Tokens == 0 ? 0 : (double)Squares / Tokens;

    public static Work OfPair(int length) => new(length, (long)length * length);

    public static Work operator +(Work a, Work b) => new(a.Tokens + b.Tokens, a.Squares + b.Squares);

    public static Work operator -(Work a, Work b) => new(a.Tokens - b.Tokens, a.Squares - b.Squares);
}
