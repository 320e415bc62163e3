using Rerank.Contracts.Dialects;

namespace Rerank.Router.Serving;

/// <summary>
/// Admission by bytes: what requests in flight may take together, whatever number of them there is and however slowly they come in. What doesn't fit is refused with 429
/// before it is read.
/// </summary>
internal sealed class RequestMemory(RouterOptions options)
{
    /// <summary>What a byte of a body takes at most while its request is answered: the buffer, which may be twice as large, the text in UTF-16, and the body for hosts.</summary>
    public const int BytesPerByte = 6;

    /// <summary>Bodies up to this size are never kept out by larger ones.</summary>
    public const int SmallBody = 1024 * 1024;

    private const int LeastBody = 8 * 1024;

    private readonly long _most = options.RequestMemoryBytes ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 3;
    private long _used;

    public long Used => Interlocked.Read(ref _used);

    public Reservation Begin() => new(this);

    /// <param name="own">What the request holds already.</param>
    private bool TryTake(long bytes, long own, bool isSmall)
    {
        // A quarter is for small ones alone. One request alone may be of any size that the pipeline allows.
        var used = Interlocked.Add(ref _used, bytes);
        if (used <= (isSmall ? _most : _most / 4 * 3) || used == own + bytes)
            return true;
        Interlocked.Add(ref _used, -bytes);
        return false;
    }

    /// <summary>Of one request, until it is answered.</summary>
    internal sealed class Reservation(RequestMemory memory) : IDisposable
    {
        private long _bytes;

        /// <param name="bodyBytes">Of its body, so far.</param>
        /// <param name="announced">What it will be, as its caller says; null: it doesn't.</param>
        /// <exception cref="RequestException">There is no room for it now.</exception>
        public void Hold(long bodyBytes, long? announced = null)
        {
            var needed = BytesPerByte * Math.Max(bodyBytes, LeastBody) - _bytes;
            if (needed <= 0)
                return;
            if (!memory.TryTake(needed, _bytes, Math.Max(bodyBytes, announced ?? 0) <= SmallBody))
                throw new RequestException(new RequestError(RequestErrorKind.Overloaded, "the router has too many bytes of requests in flight", RetryAfterSeconds: 1));
            _bytes += needed;
        }

        public void Dispose() => Interlocked.Add(ref memory._used, -Interlocked.Exchange(ref _bytes, 0));
    }
}
