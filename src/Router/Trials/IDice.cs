using System.Security.Cryptography;

namespace Rerank.Router.Trials;

/// <summary>Chance. A seam, since tests need theirs.</summary>
internal interface IDice
{
    /// <summary>Evenly from 0 to 999.</summary>
    int Roll();
}

/// <summary>Safe for any number of threads, without a seed to share.</summary>
internal sealed class Dice : IDice
{
    public int Roll() => RandomNumberGenerator.GetInt32(AssignmentRule.Buckets);
}
