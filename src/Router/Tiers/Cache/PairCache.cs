using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Rerank.Router.Tiers.Cache;

/// <summary>
/// Scores by pair, in a table of fixed size. Set-associative: a key has a few places only, so that a write looks at no more than those to
/// find the entry that it replaces (a free one, else the one unused for longest). Holds no text.
/// </summary>
internal sealed class PairCache : IPairScores
{
    /// <summary>As many tags as a vector of 256 bits has.</summary>
    private const int Ways = 8;
    private const uint Free = 0;
    private const int MaxShards = 64;

    private static readonly int SlotBytes = Unsafe.SizeOf<Bucket>() / Ways;

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
        var buckets = Math.Max(1, memoryBytes / Unsafe.SizeOf<Bucket>());
        _shards = new Shard[Math.Min(MaxShards, buckets)];
        for (var i = 0; i < _shards.Length; i++)
            _shards[i] = new Shard((int)(buckets / _shards.Length), clock);
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

    /// <inheritdoc/>
    public ValueTask GetManyAsync(ReadOnlyMemory<PairKey> keys, int ttlSeconds, Memory<PairScore> scores, Memory<ScoreSource> sources, CancellationToken cancellationToken)
    {
        var asked = keys.Span;
        var found = scores.Span;
        var its = sources.Span;
        var now = Now();
        Fetch(asked);
        for (var i = 0; i < asked.Length; i++)
        {
            if (TryGet(asked[i], now, ttlSeconds, out found[i]))
                its[i] = ScoreSource.Cache;
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask SetManyAsync(IReadOnlyList<KeyValuePair<PairKey, PairScore>> scores, CancellationToken cancellationToken)
    {
        foreach (var (key, score) in scores)
            Set(key, score);
        return ValueTask.CompletedTask;
    }

    public bool TryGet(in PairKey key, int ttlSeconds, out PairScore score) => TryGet(key, Now(), ttlSeconds, out score);

    /// <summary>Whether it is there, for somebody who doesn't use it: that leaves no trace.</summary>
    public bool Contains(in PairKey key, int ttlSeconds)
    {
        var now = Now();
        var shard = ShardOf(key);
        lock (shard.Gate)
        {
            ref var bucket = ref shard.BucketOf(key);
            return bucket.Find(key) is >= 0 and var place && !IsTooOld(bucket.Slots[place], now, ttlSeconds);
        }
    }

    public void Set(in PairKey key, in PairScore score)
    {
        var shard = ShardOf(key);
        lock (shard.Gate)
        {
            ref var bucket = ref shard.BucketOf(key);
            var place = bucket.Find(key);
            if (place < 0)
            {
                place = bucket.PlaceForNew(shard.Clock);
                Interlocked.Increment(ref bucket.Tags[place] == Free ? ref _entries : ref _evictions);
            }

            bucket.Tags[place] = TagOf(key);
            bucket.Slots[place] = new Slot
            {
                Key = key,
                Logit = score.Logit,
                Tokens = score.Truncated ? score.Tokens | int.MinValue : score.Tokens,
                TotalTokens = score.TotalTokens,
                Created = Now(),
                Used = ++shard.Clock,
            };
        }
    }

    /// <summary>
    /// Reads something of every key's bucket. The table is far larger than the processor's caches, and reads that don't depend on each other are waited for together, those of one lookup after
    /// the other aren't.
    /// </summary>
    private void Fetch(ReadOnlySpan<PairKey> keys)
    {
        foreach (ref readonly var key in keys)
            Volatile.Read(ref ShardOf(key).BucketOf(key).Tags[0]);
    }

    private bool TryGet(in PairKey key, uint now, int ttlSeconds, out PairScore score)
    {
        var shard = ShardOf(key);
        lock (shard.Gate)
        {
            ref var bucket = ref shard.BucketOf(key);
            if (bucket.Find(key) is >= 0 and var place)
            {
                ref var slot = ref bucket.Slots[place];
                if (!IsTooOld(slot, now, ttlSeconds))
                {
                    slot.Used = ++shard.Clock;
                    score = new PairScore(slot.Logit, slot.Tokens & int.MaxValue, slot.Tokens < 0, slot.TotalTokens);
                    return true;
                }

                bucket.Tags[place] = Free;
                Interlocked.Decrement(ref _entries);
            }
        }

        score = default;
        return false;
    }

    private static bool IsTooOld(in Slot slot, uint now, int ttlSeconds) => now > slot.Created && now - slot.Created >= ttlSeconds;

    private static uint TagOf(in PairKey key) => (uint)(key.High >> 32) | 1;

    private Shard ShardOf(in PairKey key) => _shards[(uint)key.High % (uint)_shards.Length];

    // Seconds are enough for a time to live.
    private uint Now() => (uint)Math.Max(0, _time.GetUtcNow().ToUnixTimeSeconds());

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

    [InlineArray(Ways)]
    private struct Tags
    {
        private uint _first;
    }

    [InlineArray(Ways)]
    private struct Slots
    {
        private Slot _first;
    }

    /// <summary>The places of some keys, side by side in memory.</summary>
    private struct Bucket
    {
        /// <summary>A part of each slot's key, so that a look at one vector says in which slots a key may be.</summary>
        public Tags Tags;

        public Slots Slots;

        /// <returns>The key's place, -1 when it isn't there.</returns>
        public readonly int Find(in PairKey key)
        {
            var same = Vector256.Equals(Vector256.Create((ReadOnlySpan<uint>)Tags), Vector256.Create(TagOf(key)));
            for (var places = same.ExtractMostSignificantBits(); places != 0; places &= places - 1)
            {
                var place = BitOperations.TrailingZeroCount(places);
                if (Slots[place].Key == key)
                    return place;
            }

            return -1;
        }

        /// <param name="clock">Goes round, so that only distances from it can be compared.</param>
        /// <returns>A free place, else the one unused for longest.</returns>
        public readonly int PlaceForNew(uint clock)
        {
            var best = 0;
            for (var place = 0; place < Ways && Tags[best] != Free; place++)
            {
                if (Tags[place] == Free || clock - Slots[place].Used > clock - Slots[best].Used)
                    best = place;
            }

            return best;
        }
    }

    private sealed class Shard(int buckets, uint clock)
    {
        private readonly Bucket[] _buckets = new Bucket[buckets];

        public Lock Gate { get; } = new();

        public uint Clock { get; set; } = clock;

        public ref Bucket BucketOf(in PairKey key) => ref _buckets[key.Low % (uint)_buckets.Length];
    }
}
