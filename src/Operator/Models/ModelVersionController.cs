using k8s.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Namespaces;
using Rerank.Operator.Runtime.Control;
using Rerank.Operator.Runtime.Crds;
using Rerank.Operator.Status;

namespace Rerank.Operator.Models;

/// <summary>Shows what is known of a model. It makes nothing: pipelines have models loaded.</summary>
[EntityRbac(typeof(RerankPipeline), Verbs = RbacVerb.List | RbacVerb.Watch)]
[EntityRbac(typeof(V1ControllerRevision), Verbs = RbacVerb.List | RbacVerb.Watch)]
[EntityRbac(typeof(V1Secret), Verbs = RbacVerb.Get)]
// Patch: to take off the finalizer of earlier versions.
[EntityRbac(typeof(ModelVersion), Verbs = RbacVerb.Get | RbacVerb.List | RbacVerb.Watch | RbacVerb.Patch)]
[GenericRbac(Groups = ["events.k8s.io"], Resources = ["events"], Verbs = RbacVerb.Create)]
[GenericRbac(Groups = [ApiGroup.Name], Resources = ["modelversions/status"], Verbs = RbacVerb.Patch)]
internal sealed class ModelVersionController(ModelUses uses, ModelReporter reporter, OtherOperators others) : IEntityController<ModelVersion>
{
    /// <summary>
    /// Of versions that held a ModelVersion back until nothing used it. Nothing has to: revisions keep all that they need of it. With it, neither a namespace nor the
    /// definitions could be deleted once the operator was gone.
    /// </summary>
    public const string FormerFinalizer = "rerank.dev/in-use";

    private static readonly TimeSpan WhileElsewhere = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan WhileLoading = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WhileUsed = TimeSpan.FromSeconds(15);

    public async Task<ReconciliationResult<ModelVersion>> ReconcileAsync(ModelVersion entity, CancellationToken cancellationToken)
    {
        if (others.HandlerOf(entity.Namespace()) is not null)
            return ReconciliationResult<ModelVersion>.Success(entity, WhileElsewhere);
        var users = uses.Seen(entity);
        var status = await reporter.ReportAsync(entity, users, cancellationToken);
        // What hosts do, and how Secrets change, no watch tells.
        TimeSpan? again = users.Count == 0 ? (status.Conditions.Any(c => Reasons.OfSecrets.Contains(c.Reason)) ? WhileUsed : null)
            : status.Conditions.Any(c => c is { Type: "Ready", Status: ConditionStatus.Unknown }) ? WhileLoading
            : WhileUsed;
        return ReconciliationResult<ModelVersion>.Success(entity, again);
    }

    public Task<ReconciliationResult<ModelVersion>> DeletedAsync(ModelVersion entity, CancellationToken cancellationToken) =>
        Task.FromResult(ReconciliationResult<ModelVersion>.Success(entity));
}
