using Rerank.Operator.Manifests;
using Rerank.Operator.Names;
using Rerank.Operator.Revisions;
using Rerank.Operator.Rollouts;
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

    public required RolloutView Rollout { get; init; }

    public static PipelinePlan Of(Observation observed, ManifestContext context, IPoolAddresses addresses, DateTimeOffset now)
    {
        var spec = observed.Pipeline.Spec;
        var settled = Homes.Settle(observed.Revisions, observed.Desired.Snapshot, spec.Rollout, now);
        var overBudget = GpuBudget.Exceeded(spec, settled);
        var asked = DocumentPlan.Of(observed, Loaded(settled), addresses);
        var judgement = Judging.Of(observed, settled, now);
        var current = new PlacementCheck(observed, LayoutOf(observed, Loaded(settled), context), context);
        var situation = new RolloutSituation
        {
            Spec = spec.Rollout,
            SpecProblem = observed.Desired.Problem,
            Placement = overBudget ?? CandidateProblemOf(observed, settled, LayoutOf(observed, settled, context), context),
            Acknowledged = Acknowledgement.IsComplete(observed, asked.Table),
            IsServed = settled.Stable is { } stable && Acknowledgement.IsServed(observed, stable.Name),
            IsFollowedOutOfService = Acknowledgement.IsCompleteOutOfService(observed, asked.Table),
            Behind = Acknowledgement.Behind(observed),
            // What is judged is told of with the spec's limits, which may be what is wrong.
            TableRefusal = observed.Desired.Problem is null && judgement.Arms?.Judged is { } judged ? Acknowledgement.Refusal(observed, judged.Name, current.IsCurrentRouter) : null,
            RefusalInWords = Acknowledgement.RefusalInWords(observed),
            Evidence = judgement.Evidence,
            Analysis = judgement.Analysis,
            Trip = judgement.Trip,
        };
        var outcome = RolloutPlan.Next(settled, situation, now);
        var retention = new Retention(TimeSpan.FromSeconds(Math.Max(spec.Rollout.RetainStableSeconds, spec.Rollout.BakeSeconds)), LongestRequest(outcome.Roles))
        {
            Revisions = spec.Rollout.RetainRevisions,
            InTheWay = retained => outcome.Roles.Candidate is { } candidate && Capacity.IsInTheWay(observed, outcome.Roles, candidate, retained, situation.Placement, now),
        };
        var (watched, released) = Capacity.Watch(outcome.Roles, observed, spec.Rollout.ProgressDeadlineSeconds, now);
        var roles = RevisionPlan.Expire(watched, retention, HasLeft, now);
        var decision = outcome.Decision ?? released.FirstOrDefault(d => roles.Retired.Any(r => r.Name == d.Revision));
        return new()
        {
            Roles = roles,
            RevisionWrites = RevisionPlan.Writes(observed.StoredRevisions ?? observed.Revisions, roles),
            SurplusRevisions = RevisionPlan.Surplus(roles, spec.RevisionHistoryLimit, observed.Desired.Snapshot?.Hash(), observed.Engine.Next?.Hash()),
            Layout = LayoutOf(observed, Loaded(roles), context),
            Documents = DocumentPlan.Of(observed, Loaded(roles), addresses),
            Rollout = new()
            {
                Situation = situation,
                Judgement = judgement,
                Decision = decision,
                Waits = outcome.Waits ?? (roles.Candidate is null ? null : StepPlan.NotFollowed()),
                IsOverdue = outcome.IsOverdue,
                Report = Judging.Report(judgement, observed, outcome.Decision, now),
            },
        };

        bool HasLeft(Revision revision) => Acknowledgement.HasLeft(observed, revision.Name) || released.Any(d => d.Revision == revision.Name);

        // Nothing is made for a candidate that needs more than it may have.
        RevisionRoles Loaded(RevisionRoles roles) => overBudget is null ? roles : roles with { Candidate = null };
    }

    private static PipelineLayout LayoutOf(Observation observed, RevisionRoles roles, ManifestContext context)
    {
        var names = new PipelineNames(observed.Pipeline.Metadata.Name);
        var layout = LayoutPlan.Of(
            observed.Pipeline,
            roles,
            context,
            hasTable: observed.Documents.Table is not null,
            pool => observed.Deployments.GetValueOrDefault(names.Pool(pool))?.Spec?.Replicas);
        return GpuBudget.Limit(layout, observed.Pipeline.Spec, roles);
    }

    private static Problem? CandidateProblemOf(Observation observed, RevisionRoles roles, PipelineLayout layout, ManifestContext context)
    {
        if (roles.Candidate is not { } candidate)
            return null;
        var check = new PlacementCheck(observed, layout, context);
        var wasRetained = observed.Revisions.Any(r => r.Name == candidate.Name && r.Role == RevisionRole.Retained);
        return check.Hosts(candidate.Snapshot, anyTemplate: wasRetained, wasPlaced: candidate.Rollout.PlacedSince is not null)
            ?? (roles.Stable is { IsUnserved: false } stable
                ? check.Reachability(candidate.Snapshot, stable.Snapshot, new ClusterNames(roles.Live.Select(r => r.Snapshot)))
                : null);
    }

    // Requests that a router has begun under a revision end within their time limit.
    private static TimeSpan LongestRequest(RevisionRoles roles) =>
        TimeSpan.FromMilliseconds(roles.Live.Select(r => r.Snapshot.Policy.RequestTimeoutMilliseconds).DefaultIfEmpty().Max());
}
