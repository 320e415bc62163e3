using Rerank.RerankerHost.Inference;

namespace Rerank.RerankerHost.Scheduling;

/// <summary>Runs a model on the calling thread; called from all workers at once.</summary>
internal interface IBatchRunner
{
    /// <param name="pairs">At least one, none longer than <paramref name="columns"/>.</param>
    /// <param name="rows">Rows of the input; those beyond <paramref name="pairs"/> are padding.</param>
    /// <param name="columns">Tokens of a row.</param>
    /// <param name="logits">One for each of <paramref name="pairs"/>; finite when it returns.</param>
    /// <param name="abandoned">Nobody waits for any of them any more: it may end early.</param>
    /// <exception cref="ModelFailedException">The model can't score one of them.</exception>
    /// <exception cref="OperationCanceledException">It was abandoned.</exception>
    void Run(ReadOnlySpan<PairRef> pairs, int rows, int columns, Span<float> logits, CancellationToken abandoned);
}
