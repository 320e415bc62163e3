namespace Rerank.RerankerHost.Tokenization.Subwords;

/// <summary>
/// Byte strings and their numbers as a double array (Aoe 1989): a node's child by a byte stands at the node's base plus that
/// byte, and names the node as its parent.
/// </summary>
internal sealed class DoubleArrayTrie
{
    public const int Root = 0;
    public const int None = -1;

    private readonly Node[] _nodes;

    private DoubleArrayTrie(Node[] nodes) => _nodes = nodes;

    /// <summary>Makes a trie of different keys that aren't empty.</summary>
    public static DoubleArrayTrie Build(IEnumerable<(byte[] Key, int Value)> entries)
    {
        var sorted = entries.ToArray();
        Array.Sort(sorted, static (a, b) => a.Key.AsSpan().SequenceCompareTo(b.Key));
        return new DoubleArrayTrie(new Builder(sorted).Run());
    }

    /// <summary>The child of a node by a byte, or <see cref="None"/>.</summary>
    public int Next(int node, byte label)
    {
        var nodes = _nodes;
        var at = nodes[node].Base + label;
        return (uint)at < (uint)nodes.Length && nodes[at].Parent == node ? at : None;
    }

    /// <summary>The number of the key that ends at a node, or <see cref="None"/>.</summary>
    public int Value(int node) => _nodes[node].Value;

    /// <summary>The number of a whole key, or <see cref="None"/>.</summary>
    public int Find(ReadOnlySpan<byte> key)
    {
        var node = Root;
        foreach (var label in key)
        {
            node = Next(node, label);
            if (node == None)
                return None;
        }

        return Value(node);
    }

    private readonly record struct Node(int Base, int Parent, int Value)
    {
        // Whatever byte is added to this base, the sum is no place in the array.
        public static readonly Node Free = new(int.MinValue, None, None);
    }

    private sealed class Builder((byte[] Key, int Value)[] sorted)
    {
        // How often a search for room may fail before the front of the array is taken to be full.
        private const int Patience = 64;

        private Node[] _nodes = NewNodes(1024);
        private bool[] _taken = new bool[1024];
        private int _firstFree = 1;
        private int _last;

        public Node[] Run()
        {
            _taken[Root] = true;
            var open = new Stack<(int Node, int First, int End, int Depth)>();
            open.Push((Root, 0, sorted.Length, 0));
            var labels = new List<(byte Label, int First)>();
            while (open.TryPop(out var range))
            {
                var (node, first, end, depth) = range;
                if (first < end && sorted[first].Key.Length == depth)
                {
                    _nodes[node] = _nodes[node] with { Value = sorted[first].Value };
                    first++;
                }

                labels.Clear();
                for (var i = first; i < end; i++)
                {
                    if (labels.Count == 0 || labels[^1].Label != sorted[i].Key[depth])
                        labels.Add((sorted[i].Key[depth], i));
                }

                if (labels.Count == 0)
                    continue;
                var room = FindRoom(labels);
                _nodes[node] = _nodes[node] with { Base = room };
                for (var i = 0; i < labels.Count; i++)
                {
                    var child = room + labels[i].Label;
                    _taken[child] = true;
                    _last = Math.Max(_last, child);
                    _nodes[child] = _nodes[child] with { Parent = node };
                    open.Push((child, labels[i].First, i + 1 < labels.Count ? labels[i + 1].First : end, depth + 1));
                }
            }

            return _nodes[..(_last + 1)];
        }

        private static Node[] NewNodes(int count)
        {
            var nodes = new Node[count];
            Array.Fill(nodes, Node.Free);
            return nodes;
        }

        private int FindRoom(List<(byte Label, int First)> labels)
        {
            while (_firstFree < _taken.Length && _taken[_firstFree])
                _firstFree++;
            var at = Math.Max(_firstFree, labels[0].Label + 1);
            for (var failures = 0; ; at++)
            {
                Reserve(at + 256);
                if (_taken[at])
                    continue;
                var room = at - labels[0].Label;
                if (labels.TrueForAll(label => !_taken[room + label.Label]))
                    return room;
                if (++failures % Patience == 0)
                    _firstFree = Math.Max(_firstFree, at - (4 * Patience));
            }
        }

        private void Reserve(int count)
        {
            if (count <= _taken.Length)
                return;
            var size = Math.Max(count, _taken.Length * 2);
            Array.Resize(ref _taken, size);
            var nodes = NewNodes(size);
            _nodes.CopyTo(nodes, 0);
            _nodes = nodes;
        }
    }
}
