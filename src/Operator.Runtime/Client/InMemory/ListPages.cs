using System.Globalization;

namespace Rerank.Operator.Runtime.Client.InMemory;

internal sealed record ListPage(IReadOnlyList<StoredObject> Items, long ResourceVersion, string? ContinueToken);

/// <summary>Cuts lists into pages. The pages of one list are of one moment; only the latest lists can still be continued.</summary>
internal sealed class ListPages(int pageSize)
{
    private const int Kept = 64;

    private readonly Lock _lock = new();
    private readonly Queue<string> _order = new();
    private readonly Dictionary<string, (IReadOnlyList<StoredObject> Objects, long ResourceVersion)> _rests = [];
    private int _count;

    public ListPage First(IReadOnlyList<StoredObject> objects, long resourceVersion)
    {
        if (objects.Count <= pageSize)
            return new(objects, resourceVersion, null);

        lock (_lock)
        {
            var token = (++_count).ToString(CultureInfo.InvariantCulture);
            _rests[token] = ([.. objects.Skip(pageSize)], resourceVersion);
            _order.Enqueue(token);
            if (_order.Count > Kept)
                _rests.Remove(_order.Dequeue());

            return new([.. objects.Take(pageSize)], resourceVersion, token);
        }
    }

    public ListPage Next(string token)
    {
        (IReadOnlyList<StoredObject> Objects, long ResourceVersion) rest;
        lock (_lock)
        {
            if (!_rests.TryGetValue(token, out rest))
                throw new GoneException($"the continue token {token} has expired");
        }

        return First(rest.Objects, rest.ResourceVersion);
    }

    public void Forget()
    {
        lock (_lock)
        {
            _rests.Clear();
            _order.Clear();
        }
    }
}
