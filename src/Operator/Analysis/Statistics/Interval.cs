namespace Rerank.Operator.Analysis.Statistics;

/// <summary>
/// Confidence bounds of one number. Each lies on the wrong side of the truth, at any of the times that one looks, with a probability of alpha at most.
/// </summary>
internal readonly record struct Interval(double Lower, double Upper)
{
    /// <summary>Bounds of a difference: when each interval has half of the error, so has the difference all of it. The two need not be independent.</summary>
    public static Interval operator -(Interval left, Interval right) => new(left.Lower - right.Upper, left.Upper - right.Lower);
}
