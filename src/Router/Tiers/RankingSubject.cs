using System.Buffers.Binary;
using System.Security.Cryptography;
using Rerank.Contracts.Dialects;
using Rerank.Router.Tiers.Cache;

namespace Rerank.Router.Tiers;

/// <summary>A request's pairs, with passages that occur more than once folded into one.</summary>
internal sealed class RankingSubject
{
    private readonly byte[] _digests;
    private readonly List<string> _passages;
    private readonly List<(string Scores, PairKey[] Keys)> _keys;

    public RankingSubject(RerankRequest request)
    {
        Request = request;
        _passages = [];
        _keys = [];
        Slots = new int[request.Documents.Count];
        _digests = new byte[request.Documents.Count * PairKey.DigestBytes];

        var seen = new Dictionary<PairKey, int>(request.Documents.Count);
        for (var i = 0; i < Slots.Length; i++)
        {
            var digest = _digests.AsSpan(_passages.Count * PairKey.DigestBytes, PairKey.DigestBytes);
            PairKey.HashText(request.Documents[i], digest);
            var key = PairKey.Of(default, digest);
            if (!seen.TryGetValue(key, out var slot))
            {
                slot = _passages.Count;
                seen.Add(key, slot);
                _passages.Add(request.Documents[i]);
            }

            Slots[i] = slot;
        }
    }

    private RankingSubject(RankingSubject other, RerankRequest request)
    {
        Request = request;
        Slots = other.Slots;
        _digests = other._digests;
        _passages = other._passages;
        _keys = other._keys;
    }

    public RerankRequest Request { get; }

    /// <summary>By document: the place of its passage among the distinct ones.</summary>
    public int[] Slots { get; }

    public IReadOnlyList<string> Passages => _passages;

    /// <summary>Place in the caller's request of the first document that has this passage.</summary>
    public int PlaceOf(int slot) => Request.PlaceOf(Array.IndexOf(Slots, slot));

    /// <summary>The same pairs with another urgency; to be used when this one is done with.</summary>
    public RankingSubject WithPriority(int priority) => new(this, Request with { Priority = priority });

    /// <summary>Stands for the query and all of the passages, in their order and as they are cut.</summary>
    public ulong Hash()
    {
        Span<byte> digest = stackalloc byte[PairKey.DigestBytes];
        PairKey.HashQuestion("", PairLimits.Of(Request), Request.Query, digest);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(digest);
        hash.AppendData(_digests, 0, _passages.Count * PairKey.DigestBytes);
        hash.GetHashAndReset(digest);
        return BinaryPrimitives.ReadUInt64LittleEndian(digest);
    }

    /// <summary>Keys of all passages before one model.</summary>
    /// <param name="scores">Which scores: a name of <see cref="ScoreOrigins"/>.</param>
    /// <remarks>One thread at a time may ask.</remarks>
    public PairKey[] Keys(string scores)
    {
        if (KnownKeys(scores) is { } known)
            return known;

        Span<byte> question = stackalloc byte[PairKey.DigestBytes];
        PairKey.HashQuestion(scores, PairLimits.Of(Request), Request.Query, question);
        var keys = new PairKey[_passages.Count];
        for (var i = 0; i < keys.Length; i++)
            keys[i] = KeyOf(question, i);
        _keys.Add((scores, keys));
        return keys;
    }

    /// <summary>Whether the condition holds for a key of the first passages before one model. Makes no more keys than it takes to find one.</summary>
    public bool AnyOfFirst(int count, string scores, Predicate<PairKey> condition)
    {
        count = Math.Min(count, _passages.Count);
        if (KnownKeys(scores) is { } known)
            return Array.FindIndex(known, 0, count, condition) >= 0;

        Span<byte> question = stackalloc byte[PairKey.DigestBytes];
        PairKey.HashQuestion(scores, PairLimits.Of(Request), Request.Query, question);
        for (var i = 0; i < count; i++)
        {
            if (condition(KeyOf(question, i)))
                return true;
        }

        return false;
    }

    private PairKey[]? KnownKeys(string scores)
    {
        foreach (var (known, its) in _keys)
        {
            if (known == scores)
                return its;
        }

        return null;
    }

    private PairKey KeyOf(ReadOnlySpan<byte> question, int passage) =>
        PairKey.Of(question, _digests.AsSpan(passage * PairKey.DigestBytes, PairKey.DigestBytes));
}
