using System.Collections.Concurrent;
using System.Globalization;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Health;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Models;
using Rerank.RerankerHost.Scheduling;
using Rerank.RerankerHost.Tokenization;

namespace Rerank.RerankerHost.Tests.Serving;

/// <summary>Loads models that need no ONNX file: a passage's logit is its last word, or 0 when that is no number.</summary>
internal sealed class FakeModels : IModelLoader
{
    private readonly ConcurrentDictionary<string, string> _failures = new();

    public ConcurrentQueue<FakeEncoder> Loaded { get; } = new();

    /// <summary>That a model takes at once; what is more is refused.</summary>
    public int MostPassages { get; init; } = 4;

    /// <summary>Of all models; null: the tiny one's.</summary>
    public TextTokenizer? Tokenizer { get; init; }

    /// <summary>Makes every load of a model fail, until <paramref name="reason"/> is null.</summary>
    public void Fail(string name, string? reason)
    {
        if (reason is null)
            _failures.TryRemove(name, out _);
        else
            _failures[name] = reason;
    }

    public bool IsFailing(string name) => _failures.ContainsKey(name);

    public ICrossEncoder Load(string directory, ModelSpec spec, RunWatch runs, Action<ModelState> entered, CancellationToken cancellationToken)
    {
        entered(ModelState.Loading);
        if (_failures.TryGetValue(spec.Name, out var reason))
            throw new ModelLoadException(reason, "made to fail");
        entered(ModelState.WarmingUp);
        var encoder = new FakeEncoder(spec.Name, directory, spec.Contract) { MostPassages = MostPassages, Tokenizer = Tokenizer ?? FakeEncoder.Tiny };
        Loaded.Enqueue(encoder);
        return encoder;
    }
}

internal sealed class FakeEncoder(string name, string directory, ModelContract contract) : ICrossEncoder
{
    public static readonly TextTokenizer Tiny = TokenizerFile.Load(Path.Combine(TestFiles.Model("tiny"), "tokenizer.json"));

    private volatile TaskCompletionSource? _gate;
    private int _running;
    private int _passages;

    /// <summary>That may be scored at once; more are refused.</summary>
    public required int MostPassages { get; init; }

    public string Name => name;

    public string Directory => directory;

    public bool Disposed { get; private set; }

    public int Running => Volatile.Read(ref _running);

    public ExecutionProvider ExecutionProvider => ExecutionProvider.CPU;

    public string? PassedOver => null;

    public string ScoredBy => "CPU";

    public LastLayer LastLayer => LastLayer.AllTokens;

    public TextTokenizer Tokenizer { get; init; } = Tiny;

    public int MaxInputTokens => contract.MaxInputTokens;

    public bool IsDynamicallyQuantized => false;

    public int? BatchTokens => 256;

    public double TokensPerSecond => 1000;

    public Activation Activation => contract.Activation;

    /// <summary>Requests wait from now on.</summary>
    public void Close() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Open() => _gate?.TrySetResult();

    public async Task<PairScore[][]> ScoreAsync(IReadOnlyList<QueryPassages> queries, PairOptions options, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(Disposed, this);
        var passages = queries.Sum(query => query.Passages.Count);
        if (Interlocked.Add(ref _passages, passages) > MostPassages)
        {
            Interlocked.Add(ref _passages, -passages);
            throw new QueueFullException(TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(2));
        }

        Interlocked.Increment(ref _running);
        try
        {
            if (_gate is { } gate)
                await gate.Task.WaitAsync(cancellationToken);
            ObjectDisposedException.ThrowIf(Disposed, this);
            return [.. queries.Select(query => Score(query, options))];
        }
        finally
        {
            Interlocked.Decrement(ref _running);
            Interlocked.Add(ref _passages, -passages);
        }
    }

    /// <summary>Freeing it takes until then.</summary>
    public ManualResetEventSlim? SlowToDispose { get; set; }

    public void Dispose()
    {
        SlowToDispose?.Wait();
        Disposed = true;
    }

    private PairScore[] Score(QueryPassages query, PairOptions options)
    {
        if (query.Query == "fail")
            throw new ModelFailedException("asked to fail");
        if (query.Query == "not a number")
            throw new ModelFailedException("asked for NaN") { InvalidScores = true };
        var isLong = query.Query == "long";
        if (isLong && !options.Truncate)
            throw InputTooLongException.TruncationOff(0, 1000, MaxInputTokens);
        return [.. query.Passages.Select(p => new PairScore(LogitOf(p), options.MaxTokensPerPassage ?? 3, Truncated: isLong, TotalTokens: isLong ? 1000 : 3))];
    }

    public static float LogitOf(string passage) =>
        float.TryParse(passage.Trim().Split()[^1], NumberStyles.Float, CultureInfo.InvariantCulture, out var logit) && float.IsFinite(logit) ? logit : 0;
}
