namespace Rerank.Faults.Tests.Faults;

/// <summary>What becomes of the watches of an operator, by kind.</summary>
internal sealed class WatchFaults
{
    private readonly Lock _lock = new();
    private readonly List<(string Kind, WatchStream Stream)> _open = [];
    private readonly Dictionary<string, WatchFault> _faults = [];

    /// <summary>Events of a kind wait from now on.</summary>
    public void Hold(string kind) => Set(kind, WatchFault.Hold);

    /// <summary>Events of a kind are never told from now on.</summary>
    public void Drop(string kind) => Set(kind, WatchFault.Drop);

    /// <summary>All is well again. What waited is told now.</summary>
    /// <param name="newestFirst">In the wrong order.</param>
    public void Release(string kind, bool newestFirst = false)
    {
        Set(kind, WatchFault.None);
        foreach (var stream in Of(kind))
            stream.Release(newestFirst);
    }

    /// <summary>All watches of a kind end with 410 Gone: their resourceVersion is too old.</summary>
    public void Expire(string kind)
    {
        foreach (var stream in Of(kind))
            stream.Expire();
    }

    /// <summary>All watches of a kind break off.</summary>
    public void Break(string kind)
    {
        foreach (var stream in Of(kind))
            stream.Break();
    }

    public async Task<HttpResponseMessage> FilterAsync(Call call, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var stream = new WatchStream(await response.Content.ReadAsStreamAsync(cancellationToken), () => FaultOf(call.Kind));
        lock (_lock)
            _open.Add((call.Kind, stream));
        response.Content = new StreamContent(stream.Output) { Headers = { ContentType = response.Content.Headers.ContentType } };
        stream.Start(cancellationToken);
        return response;
    }

    private WatchFault FaultOf(string kind)
    {
        lock (_lock)
            return _faults.GetValueOrDefault(kind);
    }

    private void Set(string kind, WatchFault fault)
    {
        lock (_lock)
            _faults[kind] = fault;
    }

    private List<WatchStream> Of(string kind)
    {
        lock (_lock)
        {
            _open.RemoveAll(o => o.Stream.HasEnded);
            return [.. _open.Where(o => o.Kind == kind).Select(o => o.Stream)];
        }
    }
}

internal enum WatchFault
{
    None,
    Hold,
    Drop,
}
