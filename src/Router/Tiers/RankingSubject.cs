using System.Runtime.InteropServices;
using Rerank.Dialects;
using Rerank.Http;
using Rerank.Router.Tiers.Cache;

namespace Rerank.Router.Tiers;

/// <summary>A request's pairs, with passages that occur more than once folded into one.</summary>
internal sealed class RankingSubject
{
    private readonly PooledBuffer? _body;
    private readonly UInt128[] _hashes;
    private readonly int[] _documents;
    private readonly List<(string Scores, PairKey[] Keys)> _keys;

    /// <param name="body">What the request's texts are parts of; null: they last by themselves.</param>
    public RankingSubject(RerankRequest request, PooledBuffer? body = null)
    {
        Request = request;
        _body = body;
        _keys = [];
        Slots = new int[request.Documents.Count];
        _hashes = new UInt128[Slots.Length];
        _documents = new int[Slots.Length];

        var seen = new Dictionary<UInt128, int>(Slots.Length);
        for (var i = 0; i < Slots.Length; i++)
        {
            var hash = PairKey.OfText(request.Documents.Utf8(i));
            if (seen.TryGetValue(hash, out Slots[i]))
                continue;
            seen.Add(hash, PassageCount);
            _hashes[PassageCount] = hash;
            _documents[PassageCount] = i;
            Slots[i] = PassageCount++;
        }
    }

    private RankingSubject(RankingSubject other, RerankRequest request)
    {
        Request = request;
        Slots = other.Slots;
        PassageCount = other.PassageCount;
        _body = other._body;
        _hashes = other._hashes;
        _documents = other._documents;
        _keys = other._keys;
    }

    public RerankRequest Request { get; }

    /// <summary>By document: the place of its passage among the distinct ones.</summary>
    public int[] Slots { get; }

    /// <summary>How many distinct passages there are.</summary>
    public int PassageCount { get; }

    /// <summary>A passage's text in UTF-8, by its place among the distinct ones.</summary>
    public ReadOnlySpan<byte> Passage(int slot) => Request.Documents.Utf8(_documents[slot]);

    /// <summary>Place in the caller's request of the first document that has this passage.</summary>
    public int PlaceOf(int slot) => Request.PlaceOf(_documents[slot]);

    /// <summary>The same pairs with another urgency; to be used when this one is done with.</summary>
    public RankingSubject WithPriority(int priority) => new(this, Request with { Priority = priority });

    /// <summary>Of what its texts are parts of; 0: they last by themselves.</summary>
    public int BodyBytes => _body?.Length ?? 0;

    /// <summary>Has the texts last until it is disposed of, for what goes on after the answer.</summary>
    public IDisposable? KeepTexts()
    {
        _body?.Retain();
        return _body;
    }

    /// <summary>Stands for the query and all of the passages, in their order and as they are cut.</summary>
    public ulong Hash()
    {
        var question = PairKey.OfQuestion("", PairLimits.Of(Request), Request.Query);
        return PairKey.Of(question, PairKey.OfText(MemoryMarshal.AsBytes(_hashes.AsSpan(0, PassageCount)))).Low;
    }

    /// <summary>Keys of all passages before one model.</summary>
    /// <param name="scores">Which scores: a name of <see cref="ScoreOrigins"/>.</param>
    /// <remarks>One thread at a time may ask.</remarks>
    public PairKey[] Keys(string scores)
    {
        if (KnownKeys(scores) is { } known)
            return known;

        var keys = MakeKeys(PassageCount, scores);
        _keys.Add((scores, keys));
        return keys;
    }

    /// <summary>Whether the condition holds for a key of the first passages before one model. Makes no more keys than it may ask about.</summary>
    public bool AnyOfFirst(int count, string scores, Predicate<PairKey> condition)
    {
        count = Math.Min(count, PassageCount);
        return Array.FindIndex(KnownKeys(scores) ?? MakeKeys(count, scores), 0, count, condition) >= 0;
    }

    private PairKey[] MakeKeys(int count, string scores)
    {
        var question = PairKey.OfQuestion(scores, PairLimits.Of(Request), Request.Query);
        var keys = new PairKey[count];
        for (var i = 0; i < count; i++)
            keys[i] = PairKey.Of(question, _hashes[i]);
        return keys;
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
}
