using System.Diagnostics;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Inference.Cuda;
using Rerank.RerankerHost.Inference.Graphs;
using Rerank.RerankerHost.Scheduling;
using Rerank.RerankerHost.Tokenization;

namespace Rerank.DeviceCheck;

/// <summary>
/// Whether the batches that the host plans are those that it should: it finds their size with pairs of one length while a model warms up, and believes that a token
/// takes the same time at any other.
/// </summary>
internal sealed class BatchCheck(ExecutionProvider provider)
{
    /// <summary>Of what the best size gives, at any length.</summary>
    public const double LeastShare = 0.8;

    private const int Rounds = 4;
    private static readonly int[] Lengths = [32, 96, 256];

    public Table Run(string folder, CancellationToken cancellationToken)
    {
        var contract = ModelFolder.ReadContract(folder, modelFile: null);
        var encoder = new PairEncoder(TokenizerFile.Load(Path.Combine(folder, contract.TokenizerFile), contract.SpecialTokensInText), contract.MaxInputTokens, contract.Truncation);
        var path = Path.Combine(folder, contract.ModelFile);
        var session = ModelSession.Open(path, new ModelRuntime { ExecutionProviders = [provider] }, CudaSettings.Default, copies: null);
        using var runner = new OnnxRunner(session.Session, OnnxGraph.Of(session.Session, OnnxOperators.Read(path)));
        var lane = new WarmUp(runner, encoder, contract.MaxInputTokens).Run(provider, alone: false, cancellationToken);

        var table = new Table("batches", "length", "tokens a batch", "pairs", "ms", "tokens/s", "to the plan's belief");
        foreach (var length in Lengths)
        {
            using var pair = encoder.Encode("a", [string.Concat(Enumerable.Repeat("a ", length - 4))], new PairOptions(), cancellationToken);
            var measured = Measure(runner, pair, [.. WarmUp.BudgetsOf(provider).Select(budget => lane.Policy with { TokenBudget = budget })]);
            foreach (var batch in measured)
            {
                table.Add(
                    batch.Budget == lane.Policy.TokenBudget ? IsGood(batch, measured) : null,
                    $"{pair.Length(0)}", $"{batch.Budget}", $"{batch.Pairs}", $"{batch.Time.TotalMilliseconds:0.00}", $"{batch.TokensPerSecond:0}", $"{batch.TokensPerSecond * lane.SecondsPerToken:0.00}");
            }
        }

        return table;
    }

    /// <summary>Whether the planned size is about as good as any.</summary>
    public static bool IsGood(MeasuredBatch planned, IEnumerable<MeasuredBatch> all) => planned.TokensPerSecond >= LeastShare * all.Max(batch => batch.TokensPerSecond);

    private static MeasuredBatch[] Measure(OnnxRunner runner, EncodedPairs pair, BatchPolicy[] policies)
    {
        // Two sizes that hold as many pairs are one batch. The first run of each sets its shape up; of the others the shortest counts, since whatever else runs on the
        // machine only makes it longer. Round by round, since that lasts for longer than a run.
        var length = pair.Length(0);
        var times = new Dictionary<int, TimeSpan>();
        for (var round = 0; round <= Rounds; round++)
        {
            foreach (var policy in policies.DistinctBy(policy => policy.MostPairs(length, long.MaxValue)))
            {
                var pairs = policy.MostPairs(length, long.MaxValue);
                var time = Run(runner, pair, policy, pairs);
                if (round < 2 || time < times[pairs])
                    times[pairs] = time;
            }
        }

        return [.. policies.Select(policy =>
        {
            var pairs = policy.MostPairs(length, long.MaxValue);
            return new MeasuredBatch(policy.TokenBudget, pairs, (long)pairs * length, times[pairs]);
        })];
    }

    private static TimeSpan Run(OnnxRunner runner, EncodedPairs pair, BatchPolicy policy, int pairs)
    {
        var length = pair.Length(0);
        var batch = new PairRef[pairs];
        Array.Fill(batch, new PairRef(new ScoringJob(new ModelLane(runner, policy, 0), pair), 0));
        var logits = new float[pairs];
        var started = Stopwatch.GetTimestamp();
        runner.Run(batch, policy.Rows(pairs), policy.Columns(length), logits, CancellationToken.None);
        return Stopwatch.GetElapsedTime(started);
    }
}

/// <param name="Budget">Tokens that it may have.</param>
/// <param name="Tokens">That it has, without padding.</param>
internal sealed record MeasuredBatch(int Budget, int Pairs, long Tokens, TimeSpan Time)
{
    public double TokensPerSecond => Tokens / Time.TotalSeconds;
}
