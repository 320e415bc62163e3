using Rerank.RerankerHost.Scheduling;

namespace Rerank.RerankerHost.Quarantine;

/// <summary>Marks a model as running while it runs.</summary>
internal sealed class MarkedRunner(IBatchRunner runner, CrashMark mark) : IBatchRunner
{
    public void Run(ReadOnlySpan<PairRef> pairs, int rows, int columns, Span<float> logits, CancellationToken abandoned)
    {
        mark.BeginRun();
        try
        {
            runner.Run(pairs, rows, columns, logits, abandoned);
        }
        finally
        {
            mark.EndRun();
        }
    }
}
