using Microsoft.Extensions.Time.Testing;
using Rerank.Router.Tiers.Cache;

namespace Rerank.Router.Tests.Tiers.Cache;

public sealed class PairCacheTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public void TryGet_AfterSet_GivesTheSameScore()
    {
        var cache = new PairCache(64 * 1024, _time);
        cache.Set(Key(1), new PairScore(1.5f, 300, Truncated: true, TotalTokens: 800));
        cache.Set(Key(2), new PairScore(-2f, 7, Truncated: false, TotalTokens: 7));

        Assert.True(cache.TryGet(Key(1), 60, out var first));
        Assert.True(cache.TryGet(Key(2), 60, out var second));
        Assert.False(cache.TryGet(Key(3), 60, out _));
        Assert.Equal(new PairScore(1.5f, 300, true, 800), first);
        Assert.Equal(new PairScore(-2f, 7, false, 7), second);
        Assert.Equal(2, cache.Entries);
    }

    [Fact]
    public void TryGet_OlderThanTtl_IsGone()
    {
        var cache = new PairCache(64 * 1024, _time);
        cache.Set(Key(1), default);

        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.True(cache.TryGet(Key(1), 60, out _));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(cache.TryGet(Key(1), 60, out _));
        Assert.Equal(0, cache.Entries);
    }

    [Fact]
    public void Contains_WhatIsThere_LeavesNoTrace()
    {
        // One set of eight: a ninth key takes the place of the one unused for longest.
        var cache = new PairCache(0, _time);
        for (var i = 0; i < 8; i++)
            cache.Set(Key(i), default);

        Assert.True(cache.Contains(Key(0), 60));
        Assert.False(cache.Contains(Key(8), 60));
        cache.Set(Key(8), default);

        Assert.False(cache.Contains(Key(0), 60));
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.False(cache.Contains(Key(1), 60));
        Assert.Equal(8, cache.Entries);
    }

    [Fact]
    public void Set_TouchedMoreThanFourBillionTimes_StillReplacesWhatIsUnusedForLongest()
    {
        // One set of eight, whose clock goes round in the middle.
        var cache = new PairCache(0, _time, clock: uint.MaxValue - 4);
        for (var i = 0; i < 8; i++)
            cache.Set(Key(i), default);

        cache.Set(Key(8), default);

        Assert.False(cache.Contains(Key(0), 60));
        Assert.All(Enumerable.Range(1, 8), i => Assert.True(cache.Contains(Key(i), 60)));
        Assert.Equal((1, 0), (cache.TakeEvictions(), cache.TakeEvictions()));
    }

    [Fact]
    public void Set_MoreThanFits_StaysWithinItsBytes()
    {
        const long Bytes = 64 * 1024;
        var cache = new PairCache(Bytes, _time);
        for (var i = 0; i < 10_000; i++)
            cache.Set(Key(i), default);

        Assert.InRange(cache.Bytes, Bytes / 2, Bytes);
        Assert.Equal(10_000 - cache.Entries, cache.Evictions);
    }

    [Fact]
    public void Set_FullTable_KeepsWhatIsUsed()
    {
        var cache = new PairCache(64 * 1024, _time);
        cache.Set(Key(-1), default);
        for (var i = 0; i < 10_000; i++)
        {
            cache.Set(Key(i), default);
            Assert.True(cache.TryGet(Key(-1), 60, out _));
        }
    }

    [Fact]
    public void Set_SameKey_Replaces()
    {
        var cache = new PairCache(64 * 1024, _time);
        cache.Set(Key(1), new PairScore(1, 1, false, 1));
        cache.Set(Key(1), new PairScore(2, 2, false, 2));

        Assert.True(cache.TryGet(Key(1), 60, out var score));
        Assert.Equal(2, score.Logit);
        Assert.Equal(1, cache.Entries);
        Assert.Equal(0, cache.Evictions);
    }

    [Fact]
    public async Task TryGet_ManyThreads_NeverMixesEntries()
    {
        var cache = new PairCache(64 * 1024, _time);
        var wrong = 0;

        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < 50_000; i++)
            {
                var number = (i * 7919 + thread) % 3000;
                var next = (number + 1) % 3000;
                cache.Set(Key(number), Score(number));
                if (cache.TryGet(Key(next), 60, out var score) && score != Score(next))
                    Interlocked.Increment(ref wrong);
            }
        })));

        Assert.Equal(0, wrong);
    }

    private static PairScore Score(int number) => new(number, number, number % 2 == 0, 2 * number);

    private static PairKey Key(int number) => PairKey.Of(UInt128.Zero, PairKey.OfText(BitConverter.GetBytes(number)));
}
