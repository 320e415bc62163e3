using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Operator.Api;
using Rerank.Operator.Manifests;
using Rerank.Operator.Models;
using Rerank.Operator.Names;
using Rerank.Operator.Revisions;
using Rerank.Operator.Status;

namespace Rerank.Operator.Pipelines;

/// <summary>Whether everything that a revision needs is up, and if not, what is in the way.</summary>
internal sealed class PlacementCheck(Observation observed, PipelineLayout layout, ManifestContext context)
{
    // What somebody has to do something about comes before what passes by itself.
    private static readonly string[] ByWeight =
    [
        Reasons.ModelFailed, Reasons.SecretNotFound, Reasons.SecretNotMeantForIt, Reasons.SecretInvalid, Reasons.SourceInsecure, Reasons.OutOfMemory, Reasons.CrashLooping, Reasons.ImagePullFailed, Reasons.PodConfigInvalid,
        Reasons.VolumeNotReady, Reasons.NoNodeFits, Reasons.InsufficientResources, Reasons.PodsNotCreated, Reasons.AdminRefused, Reasons.AdminUnreachable, Reasons.RoutersNotReady, Reasons.PodsNotReady,
        Reasons.ModelLoading, Reasons.PoolNotReachable,
    ];

    /// <summary>Whether hosts hold the revision's models: in every pod there is, and in as many as there should be.</summary>
    /// <param name="revision">A live one.</param>
    /// <param name="anyTemplate">Pods of an older template will do: for going back at once to what is still loaded in them.</param>
    /// <param name="wasPlaced">
    /// They did before, so that pods which are replaced now, as by an upgrade or a drained node, are no fault of the revision's: it is enough that as many others as there should be hold its models.
    /// </param>
    /// <returns>Null when they do.</returns>
    public Problem? Hosts(RevisionSnapshot revision, bool anyTemplate = false, bool wasPlaced = false) =>
        Worst(revision.Tiers.Where(t => t.Model is not null).SelectMany(tier => Tier(tier, tier.Model!, anyTemplate, wasPlaced)));

    /// <summary>Whether routers can reach what only the candidate uses. What stable uses too, they reach already.</summary>
    public Problem? Reachability(RevisionSnapshot candidate, RevisionSnapshot stable, ClusterNames names)
    {
        var added = Clusters(candidate, names).Except(Clusters(stable, names)).ToList();
        var routers = observed.Routers.Where(p => p.IsReady && p.Router?.Status is not null).ToList();
        // Those that get requests and don't answer here: nothing is known.
        if (added.Count > 0 && routers.Count == 0 && observed.Routers.FirstOrDefault(p => p.IsReady) is { } silent)
            return new(Reasons.AdminUnreachable, $"Router pod {silent.Name} doesn't answer on its admin port: {silent.Router?.Problem ?? "it has no address"}");
        if (added.Count > 0 && routers.Count == 0)
            return new(Reasons.RoutersNotReady, "No router pod is ready to say whether it reaches the new pods.");
        return Unreached(routers, added);
    }

    private static Problem? Unreached(IEnumerable<ObservedPod> routers, IEnumerable<string> clusters) =>
    (
        from router in routers
        from cluster in clusters
        where !(router.Router!.Status!.Clusters.FirstOrDefault(c => c.Name == cluster)?.AvailableDestinations > 0)
        select new Problem(Reasons.PoolNotReachable, $"Router pod {router.Name} doesn't reach the pods of \"{cluster}\".")
    ).FirstOrDefault();

    private static IEnumerable<string> Clusters(RevisionSnapshot revision, ClusterNames names) => revision.Tiers.Where(t => t.Model is not null).Select(names.Of);

    /// <summary>Whether the routers are as they should be, follow the table and reach what its stable revision needs.</summary>
    public Problem? Routers(RoutingTable? table)
    {
        var deployment = layout.Owner.Names.Router;
        var routers = observed.Routers.ToList();
        var problems = Pods(routers, deployment, "routers", layout.Router.Replicas, RouterHash(), anyTemplate: false).ToList();
        if (problems.Count > 0)
            return Worst(problems);
        var behind = routers.FirstOrDefault(p => !p.IsReady || p.Router?.Status is null || p.Router.Status.Generation != table?.Generation);
        if (behind is not null)
            return PodTrouble.Of(behind.Pod) ?? new(Reasons.RoutersNotReady, $"Router pod {behind.Name} {Behind(behind, table)}.");
        return table is null ? null : Unreached(routers, table.Stable.Tiers.Select(t => t.Model?.Cluster).OfType<string>());
    }

    private static string Behind(ObservedPod router, RoutingTable? table) => router switch
    {
        { Router: { Status: not null, Problem: { } refusal } } => $"was told of the routing table and refused: {refusal}",
        { Router.Status: { } status } when status.Generation != table?.Generation =>
            $"follows routing table {status.Generation} and not {table?.Generation} yet",
        { Router.Status: null } => $"doesn't answer on its admin port yet: {router.Router?.Problem ?? "it has no address"}",
        _ => "is not ready yet",
    };

    private IEnumerable<Problem> Tier(TierSnapshot tier, ModelTierSnapshot model, bool anyTemplate, bool wasPlaced)
    {
        var pods = observed.Hosting(tier).ToList();
        var hosts = pods.Select(pod => Host(pod, tier, model)).ToList();
        var wanted = model.Placement == Placement.Pool ? PoolOf(tier).Min : layout.Router.Replicas;
        var problems = (model.Placement == Placement.Pool
            ? Pool(tier.Pool, pods, anyTemplate)
            : Pods(pods, layout.Owner.Names.Router, "routers", wanted, RouterHash(), anyTemplate)).Concat(hosts.OfType<Problem>());
        return wasPlaced && hosts.Count(h => h is null) >= wanted
            ? problems.Where(p => p.Reason is not (Reasons.PodsNotReady or Reasons.ModelLoading or Reasons.InsufficientResources or Reasons.NoNodeFits or Reasons.VolumeNotReady))
            : problems;
    }

    private PoolLayout PoolOf(TierSnapshot tier) => layout.Pools.Single(p => p.Id == tier.Pool);

    private IEnumerable<Problem> Pool(PoolId id, IReadOnlyList<ObservedPod> pods, bool anyTemplate)
    {
        var pool = layout.Pools.Single(p => p.Id == id);
        var hash = PodTemplates.HashOf(PodTemplates.Pool(layout, pool, context));
        return Pods(pods, layout.Owner.Names.Pool(id), $"tier \"{id.Tier}\"", pool.Min, hash, anyTemplate);
    }

    /// <summary>Whether a router's pod is of the template that routers shall have now.</summary>
    public bool IsCurrentRouter(ObservedPod pod) => pod.TemplateHash == RouterHash();

    private string RouterHash() => PodTemplates.HashOf(PodTemplates.Router(layout, context));

    private IEnumerable<Problem> Pods(
        IReadOnlyList<ObservedPod> pods, string deployment, string what, int wanted, string templateHash, bool anyTemplate)
    {
        foreach (var pod in pods)
        {
            if (PodTrouble.Of(pod.Pod) is { } trouble)
                yield return trouble;
        }

        var current = anyTemplate ? pods.Count : pods.Count(p => p.TemplateHash == templateHash);
        if (current >= wanted && (anyTemplate || current == pods.Count))
            yield break;
        var failure = observed.Deployments.GetValueOrDefault(deployment)?.Status?.Conditions?
            .FirstOrDefault(c => c is { Type: "ReplicaFailure", Status: "True" });
        yield return failure is not null
            ? new(Reasons.PodsNotCreated, $"Kubernetes can't create pods of {what}: {failure.Message}")
            : new(Reasons.PodsNotReady, $"{current} of {Math.Max(wanted, pods.Count)} pods of {what} run with the current settings.");
    }

    private static string ContainerOf(TierSnapshot hosted, ModelTierSnapshot model) =>
        model.Placement == Placement.Pool ? HostContainer.PoolName : HostContainer.SidecarName(hosted.Name);

    private Problem? Host(ObservedPod pod, TierSnapshot hosted, ModelTierSnapshot model)
    {
        var (name, tier) = (model.Model.Name, hosted.Name);
        var report = pod.Hosts.GetValueOrDefault(model.Placement == Placement.Pool ? hosted.Pool.Component : tier);
        if (report?.Address is null || (report.Status is null && IsStarting(pod)))
            return new(Reasons.PodsNotReady, $"Pod {pod.Name} of tier \"{tier}\" is starting.");
        if (report.Status is not { } host)
            return new(Reasons.AdminUnreachable, $"Pod {pod.Name} of tier \"{tier}\" doesn't answer on its admin port: {report.Problem}");
        var status = host.Models.FirstOrDefault(m => m.Digest == model.Model.Digest);
        return status?.State switch
        {
            null when report.Problem is { } refusal => new(
                Reasons.AdminRefused, $"Pod {pod.Name} of tier \"{tier}\" was told of its models and refused: {refusal}"),
            ModelState.Ready => null,
            ModelState.Failed => PodTrouble.KilledForMemory(pod.Pod, ContainerOf(hosted, model), status.Reason) ?? new(Reasons.ModelFailed, ModelFailureText.Of(name, pod.Name, status)),
            ModelState.WaitingForCredentials when observed.Credentials.Problems.TryGetValue(name, out var problem) => problem,
            null => new(Reasons.ModelLoading, $"Pod {pod.Name} of tier \"{tier}\" has not been told of model \"{name}\" yet."),
            _ => new(Reasons.ModelLoading, $"Pod {pod.Name} of tier \"{tier}\" is not done with model \"{name}\": {status.State}."),
        };
    }

    // Until its startup probe has succeeded, nobody expects an answer.
    private static bool IsStarting(ObservedPod pod) => pod.Pod.Status?.ContainerStatuses?.All(c => c.Started == true) != true;

    private static Problem? Worst(IEnumerable<Problem> problems) =>
        problems.MinBy(p => Array.IndexOf(ByWeight, p.Reason) is var i and >= 0 ? i : ByWeight.Length);
}
