using k8s.Models;
using Rerank.Contracts.Models;
using Rerank.Operator.Admin;
using Rerank.Operator.Analysis;
using Rerank.Operator.Api;
using Rerank.Operator.Names;
using Rerank.Operator.Pipelines.Engines;
using Rerank.Operator.Pipelines.Records;
using Rerank.Operator.Pipelines.Watch;
using Rerank.Operator.Revisions;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Sources.Prometheus;
using Rerank.Operator.Status;

namespace Rerank.Operator.Pipelines;

/// <summary>
/// Reads what a reconcile decides by. The informers' caches are enough to find that nothing is to be done, which is nearly always so. Before anything is, the
/// API server is asked where an old answer could do harm: which revision answers, and what was last told to whom.
/// </summary>
internal sealed class PipelineObserver(
    IResourceClient client,
    CachedRecords cached,
    StoredRecords stored,
    IResourceCache<V1Pod> pods,
    IResourceCache<V1Deployment> deployments,
    ServedApisReader apis,
    PodStatusReader statuses,
    SourceCredentials credentials,
    PrometheusLooks prometheus,
    EngineReader engines,
    GuardedPipelines guarded,
    ReportStore reports,
    TimeProvider time)
{
    /// <summary>From the caches, and from what the pods' processes say. What only the API server knows is left out when it is away: that is needed to give, not to take.</summary>
    public async Task<Observation> LookAsync(RerankPipeline pipeline, AdminToken token, CancellationToken cancellationToken)
    {
        var told = await statuses.ReadAsync(PodsOf(PipelineOwner.Of(pipeline)), token, cancellationToken);
        return await ObserveAsync(pipeline, cached, told, isCurrent: false, cancellationToken);
    }

    /// <summary>The same, as the API server has it now.</summary>
    public Task<Observation> LookAgainAsync(Observation seen, CancellationToken cancellationToken) =>
        ObserveAsync(seen.Pipeline, stored, seen.Pods, isCurrent: true, cancellationToken);

    private async Task<Observation> ObserveAsync(
        RerankPipeline pipeline, IRecords records, IReadOnlyList<ObservedPod> told, bool isCurrent, CancellationToken cancellationToken)
    {
        var owner = PipelineOwner.Of(pipeline);
        var stored = await records.RevisionsAsync(owner, cancellationToken);
        var desired = await records.DesiredAsync(pipeline, stored, cancellationToken);
        var made = await DeploymentsAsync(pipeline, owner, isCurrent, cancellationToken);
        var revisions = engines.Adopt(stored, made.Values);
        var engine = engines.Choose(pipeline, desired.Snapshot, revisions);
        desired = desired.With(engine.Desired);
        var live = revisions.Where(r => r.Role != RevisionRole.Retired).Select(r => r.Snapshot);
        var snapshots = live.Append(desired.Snapshot).OfType<RevisionSnapshot>().ToList();
        var roles = Homes.Settle(revisions, desired.Snapshot, pipeline.Spec.Rollout, time.GetUtcNow());
        var secrets = await CredentialsAsync(owner, snapshots, isCurrent, cancellationToken);
        return new()
        {
            Pipeline = pipeline,
            Desired = desired,
            Engine = engine,
            Revisions = revisions,
            StoredRevisions = stored,
            Pods = told,
            Deployments = made,
            Documents = await DocumentsAsync(records, owner, roles.Live.Select(r => r.Snapshot), cancellationToken),
            Credentials = secrets,
            Apis = apis.Read(),
            Reports = await reports.ReadAsync(owner, UnderWay(roles), cancellationToken),
            Ledgers = guarded.LedgersOf(ObjectKey.Of(pipeline)),
            ExternalCounts = ExternalCounts(pipeline, roles),
        };
    }

    private IReadOnlyDictionary<string, ExternalCounts> ExternalCounts(RerankPipeline pipeline, RevisionRoles roles)
    {
        var key = ObjectKey.Of(pipeline);
        if (RolloutArms.Of(roles) is { Judged: { Rollout.TrafficSince: { } since } judged } arms)
            return prometheus.Read(key, pipeline.Spec.Rollout.Analysis, arms.Baseline.Name, judged.Name, since);
        prometheus.Forget(key);
        return new Dictionary<string, ExternalCounts>();
    }

    // What was rejected is, until every router has left it.
    private static IReadOnlyCollection<string> UnderWay(RevisionRoles roles) =>
    [
        .. new[] { roles.Candidate, roles.Stable is { IsGuarded: true } ? roles.Stable : null }
            .Concat(roles.Retained.Where(r => r.State == RevisionState.Rejected))
            .OfType<Revision>()
            .Select(r => r.Name),
    ];

    private async Task<IReadOnlyDictionary<string, V1Deployment>> DeploymentsAsync(
        RerankPipeline pipeline, PipelineOwner owner, bool isCurrent, CancellationToken cancellationToken)
    {
        // What an autoscaler chose must not be undone by a cache that doesn't know it yet. By the cache alone nothing is written.
        var isAutoscaled = isCurrent && LayoutPlan.AutoscaledTiers(pipeline.Spec).Any();
        IEnumerable<V1Deployment> found = isAutoscaled
            ? await client.ListAllAsync<V1Deployment>(owner.Namespace, $"{Labels.Pipeline}={owner.Names.LabelValue}", cancellationToken)
            : deployments.List(owner.Namespace);
        return found.Where(owner.Owns).ToDictionary(d => d.Name());
    }

    private IReadOnlyList<V1Pod> PodsOf(PipelineOwner owner) =>
    [
        .. pods.List(owner.Namespace)
            .Where(p => p.GetLabel(Labels.Pipeline) == owner.Names.LabelValue)
            // What is on its way out, or failed for good, isn't counted on and isn't waited for.
            .Where(p => p.Metadata.DeletionTimestamp is null && p.Status?.Phase is not ("Failed" or "Succeeded"))
            .OrderBy(p => p.Name(), StringComparer.Ordinal),
    ];

    private static async Task<StoredDocuments> DocumentsAsync(
        IRecords records, PipelineOwner owner, IEnumerable<RevisionSnapshot> live, CancellationToken cancellationToken)
    {
        var routers = await records.ConfigMapAsync(new(owner.Namespace, owner.Names.Router), cancellationToken);
        var pools = new Dictionary<string, V1ConfigMap>();
        foreach (var pool in LayoutPlan.Pools(live))
        {
            if (await records.ConfigMapAsync(new(owner.Namespace, owner.Names.Pool(pool)), cancellationToken) is { } map)
                pools[pool.Component] = map;
        }

        return StoredDocuments.Read(routers, pools);
    }

    private async Task<ModelCredentials> CredentialsAsync(
        PipelineOwner owner, IReadOnlyList<RevisionSnapshot> snapshots, bool isCurrent, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, SourceCredential>();
        var problems = new Dictionary<string, Problem>();
        var wanted = snapshots.SelectMany(s => s.Tiers).Select(t => t.Model).OfType<ModelTierSnapshot>().Where(m => m.Credential is not null);
        foreach (var model in wanted.DistinctBy(m => m.Model.Name))
        {
            try
            {
                var (credential, problem) = await credentials.ReadAsync(owner.Namespace, model.Model, model.Credential!, cancellationToken);
                if (credential is not null)
                    found[model.Model.Name] = credential;
                if (problem is not null)
                    problems[model.Model.Name] = problem;
            }
            catch (Exception e) when (!isCurrent && ApiServerAway.Says(e, cancellationToken))
            {
                // A host that has no need of it goes on; one that has waits until it can be read.
                break;
            }
        }

        return new(found, problems);
    }
}
