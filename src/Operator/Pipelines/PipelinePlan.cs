using Rerank.Operator.Manifests;
using Rerank.Operator.Pipelines.Revisions;
using Rerank.Operator.Status;

namespace Rerank.Operator.Pipelines;

/// <summary>What a reconcile shall do, in full. Pure: the same observation at the same time gives the same plan.</summary>
internal sealed record PipelinePlan
{
    public required RevisionRoles Roles { get; init; }

    /// <summary>To store, in this order, before anything else.</summary>
    public required IReadOnlyList<Revision> RevisionWrites { get; init; }

    /// <summary>To delete, after everything else.</summary>
    public required IReadOnlyList<Revision> SurplusRevisions { get; init; }

    public required PipelineLayout Layout { get; init; }

    public required DesiredDocuments Documents { get; init; }

    /// <summary>What keeps the candidate from taking over; null when there is no candidate.</summary>
    public required Problem? CandidateProblem { get; init; }

    public static PipelinePlan Of(Observation observed, ManifestContext context, IPoolAddresses addresses, DateTimeOffset now)
    {
        var settled = RevisionPlan.Settle(observed.Revisions, observed.Desired.Snapshot, now);
        var problem = CandidateProblemOf(observed, settled, LayoutOf(observed, settled), context);
        var promoted = problem is null ? RevisionPlan.Promote(settled, now) : settled;
        var roles = RevisionPlan.Expire(promoted, Retention(observed, promoted), RoutersHaveLeft(observed, promoted), now);
        return new()
        {
            Roles = roles,
            RevisionWrites = RevisionPlan.Writes(observed.Revisions, roles),
            SurplusRevisions = RevisionPlan.Surplus(roles, observed.Pipeline.Spec.RevisionHistoryLimit),
            Layout = LayoutOf(observed, roles),
            Documents = DocumentPlan.Of(observed, roles, addresses),
            CandidateProblem = problem,
        };
    }

    private static PipelineLayout LayoutOf(Observation observed, RevisionRoles roles)
    {
        var names = new PipelineNames(observed.Pipeline.Metadata.Name);
        return LayoutPlan.Of(
            observed.Pipeline, roles, observed.Apis, tier => observed.Deployments.GetValueOrDefault(names.Pool(tier))?.Spec?.Replicas);
    }

    private static Problem? CandidateProblemOf(Observation observed, RevisionRoles roles, PipelineLayout layout, ManifestContext context)
    {
        if (roles.Candidate is not { } candidate)
            return null;
        var check = new PlacementCheck(observed, layout, context);
        var wasRetained = observed.Revisions.Any(r => r.Name == candidate.Name && r.Role == RevisionRole.Retained);
        return check.Hosts(candidate.Snapshot, anyTemplate: wasRetained)
            ?? (roles.Stable is { } stable
                ? check.Reachability(candidate.Snapshot, stable.Snapshot, new ClusterNames(roles.Live.Select(r => r.Snapshot)))
                : null);
    }

    // Requests that a router has begun under the old revision end within their timeout.
    private static TimeSpan Retention(Observation observed, RevisionRoles roles)
    {
        var asked = TimeSpan.FromSeconds(observed.Pipeline.Spec.Rollout.RetainStableSeconds);
        var requests = TimeSpan.FromMilliseconds(roles.Live.Select(r => r.Snapshot.Policy.RequestTimeoutMilliseconds).DefaultIfEmpty().Max());
        return asked > requests ? asked : requests;
    }

    private static bool RoutersHaveLeft(Observation observed, RevisionRoles roles) =>
        observed.Routers.Where(p => p.IsReady).All(p => p.Router?.Status?.Revision == roles.Stable?.Name);
}
