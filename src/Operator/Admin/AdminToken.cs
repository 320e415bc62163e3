namespace Rerank.Operator.Admin;

/// <summary>What the operator shows at admin ports.</summary>
/// <param name="Previous">For processes that don't know the current one yet; null when none is being replaced.</param>
internal sealed record AdminToken(string Current, string? Previous = null)
{
    // Tokens are nobody's business.
    public override string ToString() => "an admin token";
}
