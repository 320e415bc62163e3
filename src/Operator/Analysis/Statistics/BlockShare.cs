using Rerank.Contracts.Evidence;

namespace Rerank.Operator.Analysis.Statistics;

/// <summary>
/// E-variables for two shares from one block (stratum) of both arms: a number that isn't negative and has an expectation of at most 1 whenever the candidate's share in
/// this block is at most stable's plus a margin, <i>whatever stable's share is in it</i>. The product over blocks is a test martingale, so by Ville's inequality it ever
/// reaches 1/alpha with probability alpha at most, although the level may move from block to block in any way. What it shows is harm in
/// some of the blocks: a candidate that was worse for a while is not forgiven.
/// </summary>
/// <remarks>
/// Turner, Ly, Grünwald, Generic E-variables for exact sequential k-sample tests that allow for optional stopping, JSPI 230 (2024): the likelihood ratio of a point alternative (a, b)
/// to the point of the null's edge that is nearest to it in relative entropy, given the sizes of the block. The null is convex, so that this is the reverse information projection.
/// </remarks>
internal static class BlockShare
{
    private const int Halvings = 48;
    private const double Smallest = 1e-9;

    /// <summary>ln of the e-variable against "the candidate's share is at most <paramref name="margin"/> above stable's"; 0 when an arm is empty.</summary>
    /// <param name="counts">Of the block.</param>
    /// <param name="margin">In [0, 1).</param>
    /// <param name="stable">The alternative's share of stable, fixed before the block.</param>
    /// <param name="candidate">The alternative's share of the candidate, above <paramref name="stable"/> plus <paramref name="margin"/>, fixed before the block.</param>
    public static double LogHarm(in ShareCounts counts, double margin, double stable, double candidate) =>
        Log(counts, margin, stable, candidate, low: stable, high: candidate - margin);

    /// <summary>
    /// ln of the e-variable against "the candidate's share is at least <paramref name="margin"/> above stable's"; 0 when an arm is empty. The alternative's share of the candidate
    /// is below <paramref name="stable"/> plus <paramref name="margin"/>.
    /// </summary>
    public static double LogSafety(in ShareCounts counts, double margin, double stable, double candidate) =>
        Log(counts, margin, stable, candidate, low: Math.Max(candidate - margin, Smallest), high: stable);

    private static double Log(in ShareCounts counts, double margin, double a, double b, double low, double high)
    {
        var (ns, xs, nc, xc) = counts;
        if (ns <= 0 || nc <= 0)
            return 0;

        var p = Nearest(ns, nc, margin, a, b, low, high);
        return Term(xs, a, p) + Term(ns - xs, 1 - a, 1 - p) + Term(xc, b, p + margin) + Term(nc - xc, 1 - b, 1 - p - margin);
    }

    /// <summary>
    /// p-values of the likelihood ratio test at the null's edge, as if all trials were independent: of "the candidate's share is at most the margin above stable's", and of "at least". For one look.
    /// </summary>
    /// <remarks>The signed root of twice the ratio is nearly normal, also for rare events; its tail is bounded by Mills' ratio.</remarks>
    public static (double Harm, double Safety) PValues(in ShareCounts counts, double margin)
    {
        var (ns, xs, nc, xc) = counts;
        if (ns <= 0 || nc <= 0)
            return (1, 1);
        double a = (double)xs / ns, b = (double)xc / nc;
        var isWorse = b > a + margin;
        var (low, high) = isWorse ? (a, b - margin) : (Math.Max(b - margin, 0), Math.Min(a, 1 - margin));
        var p = Nearest(ns, nc, margin, a, b, low, high);
        var ratio = Term(xs, a, p) + Term(ns - xs, 1 - a, 1 - p) + Term(xc, b, p + margin) + Term(nc - xc, 1 - b, 1 - p - margin);
        var root = Math.Sqrt(2 * Math.Max(0, ratio));
        var tail = Math.Min(0.5, Math.Exp(-ratio) / (root * Math.Sqrt(2 * Math.PI)));
        return isWorse ? (tail, 1) : (1, double.IsNaN(tail) ? 0.5 : tail);
    }

    private static double Nearest(long ns, long nc, double margin, double a, double b, double low, double high)
    {
        // The point (p, p + margin) of the edge where the derivative of the relative entropy, which is convex along the edge, is zero.
        for (var i = 0; i < Halvings; i++)
        {
            var middle = 0.5 * (low + high);
            if (Slope(ns, nc, middle, margin, a, b) < 0)
                low = middle;
            else
                high = middle;
        }

        return 0.5 * (low + high);
    }

    private static double Slope(long ns, long nc, double p, double margin, double a, double b)
    {
        var q = p + margin;
        return ns * (p - a) / (p * (1 - p)) + nc * (q - b) / (q * (1 - q));
    }

    private static double Term(long count, double alternative, double @null) => count == 0 ? 0 : count * Math.Log(alternative / Math.Max(@null, double.Epsilon));
}
