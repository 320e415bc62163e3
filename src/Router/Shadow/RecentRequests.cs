namespace Rerank.Router.Shadow;

/// <summary>Requests that were compared a short while ago, by their hashes; beyond its size the oldest is forgotten. For one thread at a time.</summary>
internal sealed class RecentRequests
{
    public const int Size = 65_536;

    private readonly HashSet<ulong> _known = [];
    private readonly Queue<ulong> _oldestFirst = new();

    public bool Contains(ulong request) => _known.Contains(request);

    public void Add(ulong request)
    {
        if (!_known.Add(request))
            return;
        _oldestFirst.Enqueue(request);
        if (_oldestFirst.Count > Size)
            _known.Remove(_oldestFirst.Dequeue());
    }
}
