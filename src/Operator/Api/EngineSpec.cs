using Rerank.Operator.Runtime.Crds;

namespace Rerank.Operator.Api;

internal sealed class EngineSpec
{
    /// <summary>
    /// `Follow`: when the operator has other images of router and host, they are tried as a candidate, by the same steps as any change, and become the pipeline's when they pass. `Pinned`: the pipeline
    /// keeps the images that it has, also when the rest of its spec changes.
    /// </summary>
    [DefaultValue("Follow")]
    public EnginePolicy Policy { get; set; } = EnginePolicy.Follow;
}

internal enum EnginePolicy
{
    Follow,
    Pinned,
}
