using Rerank.Contracts.Routing;

namespace Rerank.Http;

/// <summary>
/// Admission by bytes: what requests in flight may take together, whatever number of them there is and however slowly they come in. What doesn't fit is to be refused
/// before it is read.
/// </summary>
public sealed class RequestMemory
{
    /// <summary>What a byte of a body takes.</summary>
    public const int BytesPerByte = RoutingLimits.MemoryOfBodyByte;

    /// <summary>Bodies up to this size are never kept out by larger ones.</summary>
    public const int SmallBody = 1024 * 1024;

    /// <summary>Nor are bodies up to this size, which nearly all are, by those.</summary>
    public const int TinyBody = 64 * 1024;

    /// <summary>Less would leave no room for one body of the usual limit.</summary>
    public const long LeastBytes = 16 * 1024 * 1024;

    private const int LeastBody = 8 * 1024;

    private readonly long _most;
    private readonly RequestMemory? _whole;
    private long _used;

    /// <param name="most">Bytes; null: a third of the memory that the process may use, by its control group.</param>
    public RequestMemory(long? most) => _most = most ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 3;

    private RequestMemory(RequestMemory whole, int parts) => (_most, _whole) = (whole._most / parts, whole);

    public long Used => Interlocked.Read(ref _used);

    public Reservation Begin() => new(this);

    /// <summary>For requests of a kind that may take a part of it at most, so that the others get the rest. What they take is taken here too.</summary>
    public RequestMemory Share(int parts) => new(this, parts);

    /// <param name="own">What the request holds already.</param>
    /// <param name="body">Of its body, as far as is known.</param>
    private bool TryTake(long bytes, long own, long body)
    {
        // One request alone may be of any size that is allowed.
        var used = Interlocked.Add(ref _used, bytes);
        if ((used <= MostFor(body) || used == own + bytes) && _whole?.TryTake(bytes, own, body) != false)
            return true;
        Interlocked.Add(ref _used, -bytes);
        return false;
    }

    private void Give(long bytes)
    {
        Interlocked.Add(ref _used, -bytes);
        _whole?.Give(bytes);
    }

    // A quarter is for small ones alone, and half of that for tiny ones.
    private long MostFor(long body) => body > SmallBody ? _most / 4 * 3 : body > TinyBody ? _most / 8 * 7 : _most;

    /// <summary>Of one request, until it is answered.</summary>
    public sealed class Reservation(RequestMemory memory) : IDisposable
    {
        private readonly Lock _lock = new();
        private long _body;
        private long _held;
        private long _size;
        private bool _isOver;

        /// <param name="bodyBytes">Of its body, so far.</param>
        /// <param name="announced">What it will be, as its caller says; null: it doesn't.</param>
        /// <returns>False: there is no room for it now.</returns>
        public bool TryHold(long bodyBytes, long? announced = null)
        {
            lock (_lock)
            {
                _size = Math.Max(bodyBytes, announced ?? 0);
                var needed = BytesPerByte * Math.Max(bodyBytes, LeastBody);
                if (needed > _body && !TryTakeNeedsLock(needed - _body))
                    return false;
                _body = Math.Max(_body, needed);
                return true;
            }
        }

        /// <summary>For what a request's text takes beside its body while it is worked on, where that is more than a body's share.</summary>
        /// <param name="bytes">Beside what is held already.</param>
        /// <returns>False: there is no room for it now.</returns>
        public bool TryHoldMore(long bytes)
        {
            lock (_lock)
                return TryTakeNeedsLock(bytes);
        }

        public void Dispose()
        {
            lock (_lock)
            {
                _isOver = true;
                memory.Give(_held);
                _held = 0;
            }
        }

        private bool TryTakeNeedsLock(long bytes)
        {
            // What is given up may still be at work; nobody would give back what it takes now.
            if (_isOver || !memory.TryTake(bytes, _held, _size))
                return false;
            _held += bytes;
            return true;
        }
    }
}
