namespace Rerank.RerankerHost.Scheduling;

/// <summary>A request's different pairs as the queue sees them: lengths and identity. The longest come first.</summary>
internal interface IPairSet
{
    int Count { get; }

    /// <summary>Tokens of a pair, special ones included.</summary>
    int Length(int pair);

    /// <summary>Equal for pairs of equal tokens. Keyed anew in every process, so that nobody can make texts that collide.</summary>
    int Hash(int pair);

    /// <summary>Whether two pairs of one model have the same tokens.</summary>
    bool Same(int pair, IPairSet other, int otherPair);
}
