using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Rerank.RerankerHost.Scheduling;

/// <summary>
/// Who runs each pair that is wanted: one request's pair, its owner; the same pair of other requests follows it and gets the
/// same logit. Nothing is allocated for a pair that nobody follows.
/// </summary>
internal sealed class InFlightPairs
{
    /// <summary>Of pairs of one model: equal when they have the same tokens.</summary>
    public static readonly IEqualityComparer<PairRef> ByTokens = new SameTokens();

    private readonly Dictionary<PairRef, Entry> _entries = new(ByTokens);
    private int _followers;

    public int Count => _entries.Count;

    /// <summary>Whether any pair may have followers.</summary>
    public bool HasFollowers => _followers > 0;

    /// <summary>Makes a pair the owner of its tokens, unless they have one.</summary>
    /// <returns>The owner.</returns>
    public PairRef Own(PairRef pair)
    {
        ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_entries, pair, out var exists);
        if (!exists)
            entry.Owner = pair;
        return entry.Owner;
    }

    /// <summary>Whether a pair's tokens have an owner.</summary>
    public bool Has(PairRef pair) => _entries.ContainsKey(pair);

    /// <summary>Gives a pair whose tokens have an owner that owner's logit.</summary>
    public void Follow(PairRef pair)
    {
        ref var entry = ref CollectionsMarshal.GetValueRefOrNullRef(_entries, pair);
        (entry.Followers ??= []).Add(pair);
        _followers++;
    }

    /// <summary>Who follows a pair.</summary>
    public IReadOnlyList<PairRef> FollowersOf(PairRef owner) => _entries.TryGetValue(owner, out var entry) && entry.Followers is { } followers ? followers : [];

    /// <summary>Makes a pair the owner instead of another, which follows it.</summary>
    public void TakeOver(PairRef owner, PairRef pair)
    {
        _entries.Remove(owner, out var entry);
        (entry.Followers ??= []).Add(owner);
        _followers++;
        entry.Owner = pair;
        _entries.Add(pair, entry);
    }

    /// <summary>Forgets a pair that is done or given up.</summary>
    /// <returns>Who followed it.</returns>
    public IReadOnlyList<PairRef> Release(PairRef owner)
    {
        if (!_entries.Remove(owner, out var entry) || entry.Followers is not { } followers)
            return [];
        _followers -= followers.Count;
        return followers;
    }

    private struct Entry
    {
        public PairRef Owner;
        public List<PairRef>? Followers;
    }

    private sealed class SameTokens : IEqualityComparer<PairRef>
    {
        public bool Equals(PairRef x, PairRef y) => x.Job.Pairs.Same(x.Pair, y.Job.Pairs, y.Pair);

        public int GetHashCode([DisallowNull] PairRef pair) => pair.Job.Pairs.Hash(pair.Pair);
    }
}
