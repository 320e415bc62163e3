using Rerank.Contracts.Models;
using Rerank.RerankerHost.Health;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Models;
using Rerank.RerankerHost.Scheduling;
using Rerank.RerankerHost.Tests.Scheduling;
using Rerank.RerankerHost.Tokenization;

namespace Rerank.RerankerHost.Tests.Serving;

/// <summary>Models whose pairs go through the real queue and run only while a gate is open.</summary>
internal sealed class GatedModels(Scheduler scheduler) : IModelLoader, IDisposable
{
    public ManualResetEventSlim Gate { get; } = new();

    /// <summary>Batches that have begun.</summary>
    public int Begun { get; private set; }

    public ICrossEncoder Load(string directory, ModelSpec spec, RunWatch runs, Action<ModelState> entered, CancellationToken cancellationToken) => new Encoder(this, scheduler);

    public void Dispose() => Gate.Dispose();

    private sealed class Encoder(GatedModels owner, Scheduler scheduler) : ICrossEncoder, IBatchRunner
    {
        public ExecutionProvider ExecutionProvider => ExecutionProvider.CPU;

        public string? PassedOver => null;

        public string ScoredBy => "CPU";

        public LastLayer LastLayer => LastLayer.AllTokens;

        public TextTokenizer Tokenizer => throw new NotSupportedException();

        public int MaxInputTokens => 128;

        public Activation Activation => Activation.Sigmoid;

        public bool IsDynamicallyQuantized => false;

        public int? BatchTokens => null;

        public double TokensPerSecond => 1000;

        public async Task<PairScore[][]> ScoreAsync(IReadOnlyList<QueryPassages> queries, PairOptions options, CancellationToken cancellationToken)
        {
            var lane = new ModelLane(this, ExactLengths.Alone, 0.001);
            ScoringJob[] jobs = [.. queries.Select(query => new ScoringJob(lane, FakePairs.OfLengths(0, query.Passages.Select(_ => 10))))];
            await scheduler.QueueOf(ExecutionProvider).RunAsync(jobs, options.TimeLeft, options.Priority, cancellationToken);
            return [.. jobs.Select(job => job.Logits.Select(logit => new PairScore(logit, 10, false, 10)).ToArray())];
        }

        public void Run(ReadOnlySpan<PairRef> pairs, int rows, int columns, Span<float> logits, CancellationToken abandoned)
        {
            owner.Begun++;
            owner.Gate.Wait(CancellationToken.None);
            logits.Clear();
        }

        public void Dispose()
        {
        }
    }
}
