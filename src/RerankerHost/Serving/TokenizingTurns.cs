using Rerank.Dialects;
using Rerank.Http;

namespace Rerank.RerankerHost.Serving;

/// <summary>
/// Lets requests for tokens take half of the cores at most: they wait in no queue of scoring, and must not take its time either. Nor its memory: those that wait have their body, so that few do, and
/// all of them together have a quarter of what requests may take.
/// </summary>
internal sealed class TokenizingTurns(RequestMemory memory) : IDisposable
{
    private const int MemoryShare = 4;
    private const int WaitingForEach = 8;

    private readonly SemaphoreSlim _turns = new(Count);
    private int _waiting;

    public static int Count { get; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>That may wait to begin.</summary>
    public static int MostWaiting { get; } = WaitingForEach * Count;

    public RequestMemory Memory { get; } = memory.Share(MemoryShare);

    /// <exception cref="RequestException">Too many wait already.</exception>
    /// <exception cref="OperationCanceledException">While it waited.</exception>
    public async Task<Turn> EnterAsync(CancellationToken cancellationToken)
    {
        if (!_turns.Wait(0, CancellationToken.None))
        {
            try
            {
                if (Interlocked.Increment(ref _waiting) > MostWaiting)
                    throw new RequestException(new RequestError(RequestErrorKind.Overloaded, "too many requests for tokens wait already; try again later", RetryAfterSeconds: 1));
                await _turns.WaitAsync(cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref _waiting);
            }
        }

        return new Turn(_turns);
    }

    public void Dispose() => _turns.Dispose();

    internal sealed class Turn(SemaphoreSlim turns) : IDisposable
    {
        private bool _has = true;

        /// <summary>Lets others go on meanwhile. Nobody who has begun is refused.</summary>
        public async Task PauseAsync(Func<Task> meanwhile, CancellationToken cancellationToken)
        {
            Dispose();
            await meanwhile();
            await turns.WaitAsync(cancellationToken);
            _has = true;
        }

        public void Dispose()
        {
            if (_has)
                turns.Release();
            _has = false;
        }
    }
}
