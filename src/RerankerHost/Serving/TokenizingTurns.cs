namespace Rerank.RerankerHost.Serving;

/// <summary>
/// Lets requests for tokens take half of the cores at most: they wait in no queue of scoring, and must not take its time either. Those that wait have little but their body, which is counted.
/// </summary>
internal sealed class TokenizingTurns : IDisposable
{
    private readonly SemaphoreSlim _turns = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <exception cref="OperationCanceledException">While it waited.</exception>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken);
        return new Turn(_turns);
    }

    public void Dispose() => _turns.Dispose();

    private sealed class Turn(SemaphoreSlim turns) : IDisposable
    {
        public void Dispose() => turns.Release();
    }
}
