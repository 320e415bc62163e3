using Rerank.Operator.Analysis.Statistics;
using Rerank.RolloutStudy.Scenarios;

namespace Rerank.RolloutStudy.Simulation;

/// <summary>How a revision behaves, in chances.</summary>
internal sealed class ArmModel
{
    public const double BaseErrorRate = 0.005;
    public const double BaseOverlap = 0.95;
    public const int Places = 10;

    /// <summary>Spread of the overlap from query to query: sum of the parameters of the beta distribution that each query's chance comes from.</summary>
    private const double Agreement = 12;

    /// <summary>Log-logistic around 100 ms; p99 is 3.15 times the median.</summary>
    private const double MedianSeconds = 0.1;
    private const double LogLatencyScale = 0.25;

    private const double LogitMean = 2;
    private const double LogitScale = 1.2;

    private readonly double[] _seconds = new double[1 << 16];
    private readonly float[] _logits = new float[1 << 16];
    private readonly Distribution _overlap;

    public ArmModel(Difference difference)
    {
        ErrorRate = Math.Min(1, BaseErrorRate + difference.MoreErrors);
        for (var i = 0; i < _seconds.Length; i++)
        {
            var u = (i + 0.5) / _seconds.Length;
            _seconds[i] = MedianSeconds * difference.Slower * Math.Pow(u / (1 - u), LogLatencyScale);
            _logits[i] = (float)(LogitMean + difference.ScoreShift + LogitScale * Math.Log(u / (1 - u)));
        }

        _overlap = new Distribution(BetaBinomial(Math.Clamp(BaseOverlap - difference.LessOverlap, 0.01, 0.99)));
    }

    public double ErrorRate { get; }

    public double Seconds(ulong roll) => _seconds[roll >> 48];

    /// <param name="query">The same one gives two revisions' best scores of the same request.</param>
    public float BestScore(ulong query) => _logits[query >> 48];

    /// <summary>Of ten places, those in common with stable's ranking.</summary>
    public int Overlap(ulong roll) => _overlap.At(roll);

    private static double[] BetaBinomial(double mean) =>
    [
        .. Enumerable.Range(0, Places + 1).Select(k => Math.Exp(
            LogGamma.Beta(k + mean * Agreement, Places - k + (1 - mean) * Agreement) - LogGamma.Beta(mean * Agreement, (1 - mean) * Agreement)
            - LogGamma.Beta(k + 1, Places - k + 1) - Math.Log(Places + 1))),
    ];
}
