using Rerank.Contracts.Dialects;
using Rerank.Router.Tiers.Cache;

namespace Rerank.Router.Tiers;

/// <summary>A request's pairs, with passages that occur more than once folded into one.</summary>
internal sealed class RankingSubject
{
    private readonly byte[] _digests;
    private readonly List<string> _passages = [];

    public RankingSubject(RerankRequest request)
    {
        Request = request;
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

    public RerankRequest Request { get; }

    /// <summary>By document: the place of its passage among the distinct ones.</summary>
    public int[] Slots { get; }

    public IReadOnlyList<string> Passages => _passages;

    /// <summary>Keys of all passages before one model.</summary>
    public PairKey[] Keys(string modelDigest)
    {
        Span<byte> question = stackalloc byte[PairKey.DigestBytes];
        PairKey.HashQuestion(modelDigest, PairLimits.Of(Request), Request.Query, question);
        var keys = new PairKey[_passages.Count];
        for (var i = 0; i < keys.Length; i++)
            keys[i] = PairKey.Of(question, _digests.AsSpan(i * PairKey.DigestBytes, PairKey.DigestBytes));
        return keys;
    }
}
