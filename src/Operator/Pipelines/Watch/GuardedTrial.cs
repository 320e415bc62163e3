using Rerank.Contracts.Routing;
using Rerank.Operator.Admin;
using Rerank.Operator.Names;
using Rerank.Operator.Revisions;

namespace Rerank.Operator.Pipelines.Watch;

/// <summary>One try of a revision that is judged, with all that is needed to judge it and to take its traffic away without asking the API server.</summary>
internal sealed record GuardedTrial
{
    private GuardedTrial(Observation observed, RevisionRoles roles, Revision judged, AdminToken token)
    {
        (Observed, Roles, Judged, Token) = (observed, roles, judged, token);
        Routers = [.. observed.Pods.Select(p => p.RouterKey).OfType<ProcessKey>()];
    }

    /// <summary>As the last reconcile saw it. Its table is the one that was stored.</summary>
    public Observation Observed { get; }

    public RevisionRoles Roles { get; }

    public Revision Judged { get; }

    /// <summary>Of the routers' admin ports.</summary>
    public AdminToken Token { get; }

    public IReadOnlyList<ProcessKey> Routers { get; }

    public RoutingTable? Table => Observed.Documents.Table;

    /// <returns>Null when nothing is judged.</returns>
    public static GuardedTrial? Of(Observation observed, RevisionRoles roles, AdminToken token) =>
        RolloutArms.Of(roles)?.Judged is { } judged ? new(observed, roles, judged, token) : null;

    public bool IsSameTryAs(GuardedTrial other) =>
        Observed.Pipeline.Metadata.Uid == other.Observed.Pipeline.Metadata.Uid && Judged.Name == other.Judged.Name
            && Judged.Rollout.Attempt == other.Judged.Rollout.Attempt;

    // The token is nobody's business.
    public override string ToString() => $"{PipelineOwner.Of(Observed.Pipeline)} {Judged.Name} {Judged.Rollout.Attempt}";
}
