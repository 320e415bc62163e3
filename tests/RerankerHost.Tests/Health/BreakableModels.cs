using Rerank.Contracts.Models;
using Rerank.RerankerHost.Health;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Models;
using Rerank.RerankerHost.Scheduling;
using Rerank.RerankerHost.Tokenization;

namespace Rerank.RerankerHost.Tests.Health;

/// <summary>What the accelerator below <see cref="BreakableModels"/> does.</summary>
internal enum Accelerator
{
    Works,
    FailsSomeTexts,
    FailsEverything,
    Hangs,
}

/// <summary>Models with the real tokenizer and queue, whose runs do as an accelerator does that may break.</summary>
internal sealed class BreakableModels(Scheduler scheduler) : IModelLoader, IBatchRunner, IDisposable
{
    private readonly TextTokenizer _tokenizer = TokenizerFile.Load(Path.Combine(TestFiles.Model("tiny"), "tokenizer.json"));
    private readonly ManualResetEventSlim _gate = new();
    private int _loads;
    private int _freed;
    private int _hanging;

    public Accelerator Accelerator { get; set; }

    /// <summary>That the next models run on.</summary>
    public ExecutionProvider Provider { get; set; } = ExecutionProvider.CPU;

    /// <summary>Why the next loads fail; null: they don't.</summary>
    public string? LoadFailure { get; set; }

    public int Loads => Volatile.Read(ref _loads);

    /// <summary>Models whose memory was given back.</summary>
    public int Freed => Volatile.Read(ref _freed);

    public int Hanging => Volatile.Read(ref _hanging);

    public ICrossEncoder Load(string directory, ModelSpec spec, RunWatch runs, Action<ModelState> entered, CancellationToken cancellationToken)
    {
        entered(ModelState.Loading);
        Interlocked.Increment(ref _loads);
        if (LoadFailure is { } reason)
            throw new ModelLoadException(reason, "made to fail");
        var lane = new ModelLane(runs.Watch(this, Probe), ExactLengths.Alone, 0.0001);
        var encoder = new PairEncoder(_tokenizer, spec.Contract.MaxInputTokens, Truncation.LongestFirst);
        return new CrossEncoder(new Memory(this), encoder, lane, scheduler.QueueOf(ExecutionProvider.CPU), spec.Contract)
        {
            ExecutionProvider = Provider,
            PassedOver = null,
            ScoredBy = "fake",
            Tokenizer = _tokenizer,
            LastLayer = LastLayer.AllTokens,
            IsDynamicallyQuantized = true,
        };
    }

    /// <summary>Lets runs that hang end.</summary>
    public void Release()
    {
        Accelerator = Accelerator.Works;
        _gate.Set();
    }

    public void Run(ReadOnlySpan<PairRef> pairs, int rows, int columns, Span<float> logits, CancellationToken abandoned)
    {
        if (Accelerator == Accelerator.Hangs)
        {
            Interlocked.Increment(ref _hanging);
            _gate.Wait(CancellationToken.None);
            Interlocked.Decrement(ref _hanging);
        }

        if (Accelerator is Accelerator.FailsEverything or Accelerator.FailsSomeTexts)
            throw new ModelFailedException("an illegal memory access was encountered");
        logits.Clear();
    }

    public void Dispose() => _gate.Dispose();

    private void Probe()
    {
        if (Accelerator == Accelerator.FailsEverything)
            throw new ModelFailedException("the context is gone");
    }

    private sealed class Memory(BreakableModels owner) : IDisposable
    {
        public void Dispose() => Interlocked.Increment(ref owner._freed);
    }
}
