namespace Rerank.RerankerHost.Inference;

/// <summary>
/// Lets few requests with much text be tokenized at once, on half of the cores: each takes seconds of a thread that answers requests, and small ones, probes among them, must get through meanwhile.
/// </summary>
internal static class LongTexts
{
    /// <summary>UTF-16 units of a request from which on its texts are long.</summary>
    public const int Length = 256 * 1024;

    private static readonly SemaphoreSlim Turns = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <returns>To be disposed when they are tokenized; null: they aren't long.</returns>
    /// <exception cref="OperationCanceledException">While it waited.</exception>
    public static async ValueTask<IDisposable?> EnterAsync(string query, IReadOnlyList<string> passages, CancellationToken cancellationToken)
    {
        long length = query.Length;
        foreach (var passage in passages)
            length += passage.Length;
        if (length < Length)
            return null;
        await Turns.WaitAsync(cancellationToken);
        return new Turn();
    }

    private sealed class Turn : IDisposable
    {
        private bool _isOver;

        public void Dispose()
        {
            if (!_isOver)
                Turns.Release();
            _isOver = true;
        }
    }
}
