using System.Runtime.CompilerServices;

namespace Rerank.Router.Tiers.Cache;

/// <summary>
/// Scores by pair, in a table of fixed size. Set-associative: a key has a few places only, so that a write looks at no more than those to
/// find the entry that it replaces (a free one, else the one unused for longest). Holds no text.
/// </summary>
internal sealed class PairCache
{
    private const int Ways = 8;
    private const int MaxShards = 64;

    private static readonly int SlotBytes = Unsafe.SizeOf<Slot>();

    private readonly Shard[] _shards;
    private readonly TimeProvider _time;
    private long _entries;
    private long _evictions;
    private long _evictionsTaken;

    /// <param name="clock">How often its entries have been touched before; for tests.</param>
    public PairCache(long memoryBytes, TimeProvider time, uint clock = 0)
    {
        MemoryBytes = memoryBytes;
        _time = time;
        var sets = Math.Max(1, memoryBytes / (SlotBytes * Ways));
        _shards = new Shard[Math.Min(MaxShards, sets)];
        for (var i = 0; i < _shards.Length; i++)
            _shards[i] = new Shard(new Slot[sets / _shards.Length * Ways], clock);
    }

    /// <summary>The bound that this table was made for.</summary>
    public long MemoryBytes { get; }

    /// <summary>Which of a model's scores are looked up.</summary>
    public ScoreOrigins Origins { get; } = new();

    public long Entries => Interlocked.Read(ref _entries);

    public long Bytes => Entries * SlotBytes;

    public long Evictions => Interlocked.Read(ref _evictions);

    /// <summary>Those since the last call, for a counter that outlives this cache.</summary>
    public long TakeEvictions()
    {
        var evictions = Evictions;
        return evictions - Interlocked.Exchange(ref _evictionsTaken, evictions);
    }

    public bool TryGet(in PairKey key, int ttlSeconds, out PairScore score)
    {
        var now = Now();
        var shard = ShardOf(key);
        lock (shard.Gate)
        {
            foreach (ref var slot in shard.SetOf(key))
            {
                if (slot.Created == 0 || slot.Key != key)
                    continue;
                if (now > slot.Created && now - slot.Created >= ttlSeconds)
                {
                    slot.Created = 0;
                    Interlocked.Decrement(ref _entries);
                    break;
                }

                slot.Used = ++shard.Clock;
                score = new PairScore(slot.Logit, slot.Tokens & int.MaxValue, slot.Tokens < 0, slot.TotalTokens);
                return true;
            }
        }

        score = default;
        return false;
    }

    /// <summary>Whether it is there, for somebody who doesn't use it: that leaves no trace.</summary>
    public bool Contains(in PairKey key, int ttlSeconds)
    {
        var now = Now();
        var shard = ShardOf(key);
        lock (shard.Gate)
        {
            foreach (ref var slot in shard.SetOf(key))
            {
                if (slot.Created != 0 && slot.Key == key)
                    return now <= slot.Created || now - slot.Created < ttlSeconds;
            }
        }

        return false;
    }

    public void Set(in PairKey key, in PairScore score)
    {
        var shard = ShardOf(key);
        lock (shard.Gate)
        {
            ref var slot = ref PlaceFor(shard.SetOf(key), key, shard.Clock);
            if (slot.Created == 0)
                Interlocked.Increment(ref _entries);
            else if (slot.Key != key)
                Interlocked.Increment(ref _evictions);

            slot.Key = key;
            slot.Logit = score.Logit;
            slot.Tokens = score.Truncated ? score.Tokens | int.MinValue : score.Tokens;
            slot.TotalTokens = score.TotalTokens;
            slot.Created = Now();
            slot.Used = ++shard.Clock;
        }
    }

    /// <summary>The key's own place, else a free one, else the one unused for longest.</summary>
    /// <param name="clock">Goes round, so that only distances from it can be compared.</param>
    private static ref Slot PlaceFor(Span<Slot> set, in PairKey key, uint clock)
    {
        var best = 0;
        for (var i = 0; i < set.Length; i++)
        {
            if (set[i].Created != 0 && set[i].Key == key)
                return ref set[i];
            if (set[best].Created != 0 && (set[i].Created == 0 || clock - set[i].Used > clock - set[best].Used))
                best = i;
        }

        return ref set[best];
    }

    private Shard ShardOf(in PairKey key) => _shards[key.High % (uint)_shards.Length];

    // Seconds are enough for a time to live; zero marks a free slot.
    private uint Now() => (uint)Math.Max(1, _time.GetUtcNow().ToUnixTimeSeconds());

    private struct Slot
    {
        public PairKey Key;
        public float Logit;

        /// <summary>The sign bit says that text was cut off.</summary>
        public int Tokens;
        public int TotalTokens;
        public uint Created;
        public uint Used;
    }

    private sealed class Shard(Slot[] slots, uint clock)
    {
        public Lock Gate { get; } = new();

        public uint Clock { get; set; } = clock;

        public Span<Slot> SetOf(in PairKey key) => slots.AsSpan((int)(key.Low % (uint)(slots.Length / Ways)) * Ways, Ways);
    }
}
