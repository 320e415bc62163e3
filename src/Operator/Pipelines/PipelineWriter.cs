using k8s;
using k8s.Models;
using Rerank.Operator.Manifests;
using Rerank.Operator.Names;
using Rerank.Operator.Revisions;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Status;

namespace Rerank.Operator.Pipelines;

/// <summary>
/// Carries out a plan. Every write can be repeated, and whatever the last one before a crash was, the next reconcile goes on from there: revisions
/// first, because they say what everything else is for.
/// </summary>
internal sealed class PipelineWriter(IResourceClient client, IEnumerable<IChildWriter> children, ReportStore reports)
{
    private readonly IChildWriter[] _children = [.. children];

    /// <summary>Whether all that a plan asks for has been written before, and is still as it was left, as far as the caches know.</summary>
    public bool IsDone(PipelineOwner owner, PipelinePlan plan, ManifestContext context)
    {
        if (plan is not { RevisionWrites.Count: 0, SurplusRevisions.Count: 0, Rollout.Decision: null })
            return false;
        var wanted = Wanted(owner, plan, context);
        return wanted.All(child => Of(child).IsAsLeft(owner, child)) && !Seeing.Any(kind => kind.HasOthers(owner, NamesOf(kind, owner, wanted, plan)));
    }

    /// <summary>
    /// Each only over what was read: a write that arrives late, of a leader that isn't one any more, must not undo what was decided since. Applied, so that what an earlier
    /// operator's annotations said goes with them.
    /// </summary>
    /// <exception cref="ConflictException">Somebody else has written.</exception>
    public async Task StoreRevisionsAsync(PipelineOwner owner, PipelinePlan plan, CancellationToken cancellationToken)
    {
        foreach (var revision in plan.RevisionWrites)
            await client.ApplyAsync(RevisionObject.From(owner, revision), cancellationToken);
    }

    /// <returns>What kept something from being written; null when all was.</returns>
    /// <exception cref="ConflictException">Somebody else has written a document since it was read: it isn't replaced by one that doesn't know of that.</exception>
    public async Task<Problem?> ApplyAsync(PipelineOwner owner, PipelinePlan plan, ManifestContext context, CancellationToken cancellationToken)
    {
        var wanted = Wanted(owner, plan, context);
        foreach (var child in wanted)
        {
            if (await Of(child).ApplyAsync(owner, child, cancellationToken) is { } problem)
                return problem;
        }

        foreach (var kind in Seeing)
            await kind.DeleteOthersAsync(owner, NamesOf(kind, owner, wanted, plan), cancellationToken);
        return null;
    }

    public async Task DeleteRevisionsAsync(PipelineOwner owner, PipelinePlan plan, CancellationToken cancellationToken)
    {
        foreach (var revision in plan.SurplusRevisions)
        {
            // First, since nobody would look for it again.
            await reports.DeleteAsync(owner, revision.Name, cancellationToken);
            await client.DeleteAsync<V1ControllerRevision>(
                new(owner.Namespace, owner.Names.Revision(revision.Name)), revision.Uid, cancellationToken);
        }
    }

    public void Forget(PipelineOwner owner)
    {
        foreach (var kind in _children)
            kind.Forget(owner);
        reports.Forget(owner);
    }

    private IChildWriter Of(IKubernetesObject<V1ObjectMeta> child) => _children.Single(c => c.Writes(child));

    private IEnumerable<IChildWriter> Seeing => _children.Where(kind => !kind.IsBlind);

    private IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Wanted(PipelineOwner owner, PipelinePlan plan, ManifestContext context) =>
        [.. Documents(owner, plan).Concat(PipelineManifests.Of(plan.Layout, context)).Where(child => !Of(child).IsBlind)];

    // Reports stay as long as their revisions. Informers know those that operators before this one wrote.
    private static HashSet<string> NamesOf(IChildWriter kind, PipelineOwner owner, IReadOnlyList<IKubernetesObject<V1ObjectMeta>> wanted, PipelinePlan plan) =>
    [
        .. wanted.Where(kind.Writes).Select(c => c.Name()),
        .. plan.Roles.All.Except(plan.SurplusRevisions).Select(r => owner.Names.Report(r.Name)),
    ];

    private static IEnumerable<V1ConfigMap> Documents(PipelineOwner owner, PipelinePlan plan)
    {
        yield return Map(owner.Names.Router, Labels.RouterComponent, plan.Documents.RouterFiles());
        foreach (var pool in plan.Layout.Pools)
            yield return Map(owner.Names.Pool(pool.Id), pool.Component, plan.Documents.PoolFiles(pool.Id));

        V1ConfigMap Map(string name, string component, IReadOnlyDictionary<string, string> files) =>
            ConfigMaps.Of(owner, name, component, files, plan.Documents.Versions.GetValueOrDefault(name));
    }
}
