using k8s.Models;
using Rerank.Contracts.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Api.Validation;
using Rerank.Operator.Names;
using Rerank.Operator.Revisions;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Runtime.Crds.Validation;
using Rerank.Operator.Status;

namespace Rerank.Operator.Pipelines;

/// <summary>
/// Finds out which revision a pipeline asks for. Caches will do as long as they ask for what is under way already. A change begins with what is there now:
/// a cache from before a promotion would otherwise bring back what was replaced.
/// </summary>
internal sealed class DesiredReader(IResourceClient client, IResourceCache<ModelVersion> models)
{
    /// <exception cref="ConflictException">The caches are behind.</exception>
    public async Task<DesiredRevision> ReadAsync(RerankPipeline pipeline, IReadOnlyList<Revision> revisions, CancellationToken cancellationToken)
    {
        var desired = Read(pipeline);
        var underWay = UnderWay(revisions);
        // With the engine that it has: another one is no change of what was asked for.
        if (desired.Snapshot is null || underWay is null || (desired.Snapshot with { Engine = underWay.Snapshot.Engine }).Hash() != underWay.Name)
            await RequireCurrentAsync(pipeline, cancellationToken);
        return desired;
    }

    private static Revision? UnderWay(IReadOnlyList<Revision> revisions) =>
        revisions.FirstOrDefault(r => r.Role == RevisionRole.Candidate) ?? revisions.Where(r => r.Role == RevisionRole.Stable).MaxBy(r => r.Sequence);

    /// <summary>As the caches say.</summary>
    public DesiredRevision Read(RerankPipeline pipeline)
    {
        // API servers before 1.25 don't evaluate the rules in the schema, and it can't say everything of an address.
        List<FieldError> errors = [.. PipelineRules.Check(pipeline), .. AddressErrors(pipeline.Spec.Rollout.Analysis)];
        return errors.Count > 0
            ? DesiredRevision.Failed(Reasons.InvalidSpec, $"The spec is not valid: {string.Join("; ", errors)}. Correct it.")
            : DesiredRevision.Of(pipeline, name => models.Get(new(pipeline.Namespace(), name)));
    }

    private static IEnumerable<FieldError> AddressErrors(AnalysisSpec analysis) =>
        from metric in analysis.Metrics
        where metric.Prometheus is not null
        let problem = WebAddress.Problem(metric.Prometheus!.ServerURL)
        where problem is not null
        select new FieldError($"spec.rollout.analysis.metrics[{metric.Name}].prometheus.serverURL", $"Invalid value: {problem}");

    private async Task RequireCurrentAsync(RerankPipeline pipeline, CancellationToken cancellationToken)
    {
        var stored = await client.GetAsync<RerankPipeline>(ObjectKey.Of(pipeline), cancellationToken);
        if (stored?.Uid() != pipeline.Uid() || stored.Metadata.Generation != pipeline.Metadata.Generation)
            throw new ConflictException($"RerankPipeline {PipelineOwner.Of(pipeline)} has changed, and the cache doesn't know yet");
        foreach (var name in pipeline.Spec.Tiers.Select(t => t.Model?.ModelVersionRef.Name).OfType<string>().Distinct())
        {
            var key = new ObjectKey(pipeline.Namespace(), name);
            var (there, cached) = (await client.GetAsync<ModelVersion>(key, cancellationToken), models.Get(key));
            if (there?.Uid() != cached?.Uid() || there?.Metadata.Generation != cached?.Metadata.Generation)
                throw new ConflictException($"ModelVersion {key} has changed, and the cache doesn't know yet");
        }
    }
}
