using Microsoft.AspNetCore.Http;
using Rerank.Dialects;

namespace Rerank.Http;

/// <summary>What one request may use, from its first byte to its answer: time and memory.</summary>
public sealed class RequestBudget : IDisposable
{
    private readonly RequestMemory.Reservation _memory;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly CancellationToken _aborted;
    private readonly CancellationTokenSource _deadline;
    private readonly CancellationTokenSource _either;

    /// <param name="timeout">From now on.</param>
    public RequestBudget(HttpContext http, TimeSpan timeout, RequestMemory memory, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(time);
        Timeout = timeout;
        _memory = memory.Begin();
        (_time, _started, _aborted) = (time, time.GetTimestamp(), http.RequestAborted);
        _deadline = new CancellationTokenSource(Timeout, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_deadline.Token, _aborted);
    }

    public TimeSpan Timeout { get; }

    public TimeSpan TimeLeft => Timeout - _time.GetElapsedTime(_started) is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    /// <summary>Cancelled when the time is up or the caller is gone.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>Whether it is the time that is up, and somebody is there to be told.</summary>
    public bool IsLate => _deadline.IsCancellationRequested && !_aborted.IsCancellationRequested;

    /// <summary>Makes room for its body.</summary>
    /// <param name="bytes">That have come.</param>
    /// <param name="announced">That are to come in all, as the caller says; null: it doesn't.</param>
    /// <exception cref="RequestException">There is none.</exception>
    public void HoldBody(long bytes, long? announced)
    {
        if (!_memory.TryHold(bytes, announced))
            throw NoRoom();
    }

    /// <summary>Makes room for what its texts take beside the body.</summary>
    /// <param name="bytes">More than it holds already.</param>
    /// <exception cref="RequestException">There is none.</exception>
    public void HoldMore(long bytes)
    {
        if (!_memory.TryHoldMore(bytes))
            throw NoRoom();
    }

    public void Dispose()
    {
        _either.Dispose();
        _deadline.Dispose();
        _memory.Dispose();
    }

    private static RequestException NoRoom() =>
        new(new RequestError(RequestErrorKind.Overloaded, "too many bytes of requests are in flight; try again later", RetryAfterSeconds: 1));
}
