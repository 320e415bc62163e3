using System.Buffers;
using Rerank.Contracts.Routing;

namespace Rerank.Router.Tiers;

/// <summary>Which documents a tier hands on to the next one.</summary>
internal static class EscalationRule
{
    public const int DefaultTopK = 10;

    private const float MilliPerLogit = 1000f;

    /// <summary>
    /// Positions in <paramref name="logits"/> that go on, ascending. The outcome depends on the scores only, not on their order, and a
    /// larger margin never makes it smaller.
    /// </summary>
    /// <param name="topN">The number of results that the request asks for: the places that matter to it.</param>
    public static int[] Select(ReadOnlySpan<float> logits, Escalation escalation, int? topN)
    {
        var places = Places(escalation, topN);
        if (escalation.Type == EscalationType.Always || logits.Length <= places)
            return All(logits.Length);

        var margin = escalation.MarginMilli.GetValueOrDefault() / MilliPerLogit;
        var (last, next) = AroundPlace(logits, places);
        if (last - next >= margin)
            return [];

        // The places that matter are at or above the last of them, so they are within any margin that gets here.
        var chosen = new List<int>(places * 2);
        for (var i = 0; i < logits.Length; i++)
        {
            if (last - logits[i] < margin)
                chosen.Add(i);
        }

        return [.. chosen];
    }

    /// <summary>The places that matter.</summary>
    public static int Places(Escalation escalation, int? topN) => topN ?? escalation.TopK ?? DefaultTopK;

    private static (float Last, float Next) AroundPlace(ReadOnlySpan<float> logits, int places)
    {
        var rented = ArrayPool<float>.Shared.Rent(logits.Length);
        var sorted = rented.AsSpan(0, logits.Length);
        logits.CopyTo(sorted);
        sorted.Sort();
        var around = (sorted[^places], sorted[^(places + 1)]);
        ArrayPool<float>.Shared.Return(rented);
        return around;
    }

    private static int[] All(int count)
    {
        var all = new int[count];
        for (var i = 0; i < count; i++)
            all[i] = i;
        return all;
    }
}
