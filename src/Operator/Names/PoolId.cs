namespace Rerank.Operator.Names;

/// <summary>Which of a tier's pools. A tier has more than one while revisions have pods of their own.</summary>
/// <param name="Home">Tells pools of a tier apart: name of the revision that this one was made for. Null: the pool that the tier began with.</param>
internal readonly record struct PoolId(string Tier, string? Home = null)
{
    // Neither tiers' names nor homes have dots.
    private const char Separator = '.';

    /// <summary>Names the pool within the pipeline: component label of its pods, its cluster in routing tables.</summary>
    public string Component => Home is null ? Tier : $"{Tier}{Separator}{Home}";
}
