using Microsoft.Extensions.Options;
using Rerank.Operator.Admin;
using Rerank.Operator.Manifests;

namespace Rerank.Operator.Pipelines;

/// <summary>What surrounds pipelines and is the same for all of them.</summary>
internal sealed class PipelineEnvironment(AdminTokens tokens, IPoolAddresses addresses, IOptions<OperatorOptions> options, TimeProvider time)
{
    public AdminTokens Tokens { get; } = tokens;

    public IPoolAddresses Addresses { get; } = addresses;

    public TimeProvider Time { get; } = time;

    public ManifestContext Context(ServedApis apis) => new(options.Value, apis);
}
