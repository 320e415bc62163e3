using System.Text.Json;
using Rerank.Contracts;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Operator.Api;
using Rerank.Operator.Pipelines;
using Rerank.Operator.Revisions;
using Rerank.Operator.Tests.World;
using Rerank.RerankerHost.Models;
using Rerank.Router.Routing;

namespace Rerank.Bounds.Tests;

/// <summary>What routers and hosts are told of a pipeline while a candidate of it is at a step, in the middle of its traffic.</summary>
internal sealed record Planned(RoutingTable Table, IReadOnlyList<ModelSet> Sets)
{
    /// <param name="stable">What answers.</param>
    /// <param name="pipeline">What is on trial.</param>
    /// <param name="retained">What is still loaded, newest first.</param>
    /// <param name="models">By name.</param>
    public static Planned Of(RevisionSnapshot stable, RerankPipeline pipeline, IReadOnlyList<RevisionSnapshot> retained, Func<string, ModelVersion?> models)
    {
        pipeline.Metadata.Uid ??= "uid";
        var candidate = Desired(pipeline, models);
        var roles = new RevisionRoles(
            Revision(stable, RevisionState.Stable, 1000),
            candidate.Hash() == stable.Hash()
                ? null
                : Revision(candidate, RevisionState.AtStep, 1001) with { Rollout = new() { Step = "half", TrafficPermille = 500, MirrorPermille = 500 } },
            [.. retained.Select((r, i) => Revision(r, RevisionState.Retained, 999 - i))],
            []);
        var observed = Samples.Observed(pipeline);
        var documents = DocumentPlan.Of(observed, Homes.Settle(roles, pipeline.Spec.Rollout.Capacity.Placement), new ClusterPoolAddresses());
        return new(documents.Table!, [.. documents.PoolSets.Values, .. documents.SidecarSets.Values]);
    }

    public static RevisionSnapshot Desired(RerankPipeline pipeline, Func<string, ModelVersion?> models)
    {
        var desired = DesiredRevision.Of(pipeline, models);
        return desired.Snapshot ?? throw new InvalidOperationException(desired.Problem!.Message);
    }

    /// <summary>What a router or host would refuse of it, after the way over the wire.</summary>
    public IEnumerable<string> Refusals()
    {
        if (RoutingTableRules.FirstError(Sent(Table, ContractsJson.Default.RoutingTable)) is { } error)
            yield return $"a router refuses the table: {error}";
        foreach (var set in Sets)
        {
            if (ModelSetRules.FirstProblem(Sent(set, ContractsJson.Default.ModelSet)) is { } problem)
                yield return $"a host refuses its models: {problem}";
        }
    }

    private static T Sent<T>(T document, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(document, type), type)!;

    private static Revision Revision(RevisionSnapshot snapshot, RevisionState state, long sequence) =>
        new() { Name = snapshot.Hash(), State = state, Sequence = sequence, Snapshot = snapshot };
}
