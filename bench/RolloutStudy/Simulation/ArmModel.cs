using Rerank.Contracts.Evidence;
using Rerank.Operator.Analysis.Statistics;

namespace Rerank.RolloutStudy.Simulation;

/// <summary>How a revision behaves, in chances.</summary>
internal sealed class ArmModel
{
    public const double BaseErrorRate = 0.005;
    public const double BaseOverlap = 0.95;
    private const int Places = 10;

    /// <summary>Spread of the overlap from query to query: sum of the parameters of the beta distribution that each query's chance comes from.</summary>
    private const double Agreement = 12;

    /// <summary>Log-logistic around 100 ms; p99 is 3.15 times the median.</summary>
    private const double MedianSeconds = 0.1;
    private const double LogLatencyScale = 0.25;

    private const double LogitScale = 1.2;

    public ArmModel(Regression regression)
    {
        ErrorRate = BaseErrorRate + regression.MoreErrors;
        Latency = new Distribution(u => Buckets.OfLatency(TimeSpan.FromSeconds(MedianSeconds * regression.Slower * Math.Pow(u / (1 - u), LogLatencyScale))));
        TopScore = new Distribution(u => Buckets.OfLogit(2 + regression.ScoreShift + LogitScale * Math.Log(u / (1 - u))));
        Overlap = new Distribution(BetaBinomial(BaseOverlap - regression.LessOverlap));
    }

    public double ErrorRate { get; }

    public Distribution Latency { get; }

    public Distribution TopScore { get; }

    /// <summary>Of ten places with stable's ranking.</summary>
    public Distribution Overlap { get; }

    /// <summary>The latency bucket of a request's answer; null for an error.</summary>
    public int? Answer(Dice dice) => dice.Hits(ErrorRate) ? null : Latency.At(dice.Next());

    private static double[] BetaBinomial(double mean) =>
    [
        .. Enumerable.Range(0, Places + 1).Select(k => Math.Exp(
            LogGamma.Beta(k + mean * Agreement, Places - k + (1 - mean) * Agreement) - LogGamma.Beta(mean * Agreement, (1 - mean) * Agreement)
            - LogGamma.Beta(k + 1, Places - k + 1) - Math.Log(Places + 1))),
    ];
}

/// <summary>How a candidate differs from stable.</summary>
/// <param name="MoreErrors">Added to the error rate.</param>
/// <param name="Slower">Factor of every latency.</param>
/// <param name="LessOverlap">Taken from the mean overlap that an equally good model has with stable.</param>
/// <param name="ScoreShift">Added to the best score, in logits.</param>
internal sealed record Regression(double MoreErrors = 0, double Slower = 1, double LessOverlap = 0, double ScoreShift = 0)
{
    public static Regression None { get; } = new();
}
