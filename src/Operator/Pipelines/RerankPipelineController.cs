using System.Net;
using k8s.Autorest;
using k8s.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Events;
using Rerank.Operator.Manifests;
using Rerank.Operator.Names;
using Rerank.Operator.Namespaces;
using Rerank.Operator.Pipelines.Engines;
using Rerank.Operator.Pipelines.Watch;
using Rerank.Operator.Revisions;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Runtime.Control;
using Rerank.Operator.Runtime.Crds;
using Rerank.Operator.Status;

namespace Rerank.Operator.Pipelines;

/// <summary>Observe, plan, write in order, tell the processes, say how it stands. What runs is never derived from what was said.</summary>
[EntityRbac(typeof(RerankPipeline), typeof(ModelVersion), Verbs = RbacVerb.Get | RbacVerb.List | RbacVerb.Watch)]
[EntityRbac(typeof(V1Pod), Verbs = RbacVerb.List | RbacVerb.Watch)]
[EntityRbac(
    typeof(V1Deployment), typeof(V1Service), typeof(V1ConfigMap), typeof(V1NetworkPolicy), typeof(V1PodDisruptionBudget), typeof(V2HorizontalPodAutoscaler),
    typeof(V1ControllerRevision),
    Verbs = RbacVerb.Get | RbacVerb.List | RbacVerb.Watch | RbacVerb.Create | RbacVerb.Patch | RbacVerb.Delete)]
// Neither list nor watch: only those that a pipeline or a model names are ever read.
[EntityRbac(typeof(V1Secret), Verbs = RbacVerb.Get | RbacVerb.Create | RbacVerb.Patch)]
[GenericRbac(Groups = ["events.k8s.io"], Resources = ["events"], Verbs = RbacVerb.Create)]
[GenericRbac(Groups = [ApiGroup.Name], Resources = ["rerankpipelines/status"], Verbs = RbacVerb.Patch)]
// Where the API server checks who may block an owner's deletion.
[GenericRbac(Groups = [ApiGroup.Name], Resources = ["rerankpipelines/finalizers"], Verbs = RbacVerb.Update)]
internal sealed class RerankPipelineController(
    PipelineObserver observer,
    PipelineWriter writer,
    ReportStore reports,
    DocumentPusher pusher,
    PipelineReporter reporter,
    RolloutFollowers followers,
    TableRefusals refusals,
    EngineReader engines,
    PipelineEnvironment environment,
    OtherOperators others,
    EventRecorder events)
    : IEntityController<RerankPipeline>
{
    public async Task<ReconciliationResult<RerankPipeline>> ReconcileAsync(RerankPipeline entity, CancellationToken cancellationToken)
    {
        if (others.HandlerOf(entity.Namespace()) is { } holder)
            return await LeaveAsync(entity, holder, cancellationToken);
        others.Forget(entity.Uid());
        try
        {
            return await BringAboutAsync(entity, cancellationToken);
        }
        catch (UnreadableRevisionException e)
        {
            // Which revision answers, and what becomes of the others, can't be known: all is left as it is.
            return await BlockAsync(entity, new(Reasons.RevisionUnreadable, $"{e.Message}. Restore it, or delete it if its revision isn't needed: nothing is changed until then."), cancellationToken);
        }
        catch (HttpOperationException refusal) when (Refused(refusal) is { } problem)
        {
            // Trying again at once would change nothing.
            return await BlockAsync(entity, problem, cancellationToken);
        }
    }

    private async Task<ReconciliationResult<RerankPipeline>> BlockAsync(RerankPipeline entity, Problem problem, CancellationToken cancellationToken)
    {
        await reporter.ReportBlockedAsync(entity, problem, cancellationToken);
        return ReconciliationResult<RerankPipeline>.Success(entity, Pace.Blocked);
    }

    /// <summary>An event and no condition: the status is the other operator's.</summary>
    private async Task<ReconciliationResult<RerankPipeline>> LeaveAsync(RerankPipeline entity, string holder, CancellationToken cancellationToken)
    {
        Forget(entity);
        if (others.Leaves(entity.Uid(), holder))
        {
            var note = $"{holder} handles the namespace \"{entity.Namespace()}\", so the operator of all namespaces leaves it alone.";
            await events.RecordAsync(entity, new(IsWarning: false, Reasons.HandledElsewhere, "Leave", note), cancellationToken);
        }

        return ReconciliationResult<RerankPipeline>.Success(entity, Pace.Blocked);
    }

    private async Task<ReconciliationResult<RerankPipeline>> BringAboutAsync(RerankPipeline entity, CancellationToken cancellationToken)
    {
        var owner = PipelineOwner.Of(entity);
        if (await environment.Tokens.GetOrCreateAsync(owner, entity.GetAnnotation(Labels.RotateAdminToken), cancellationToken) is not { } token)
            return await BlockAsync(entity, TokenTaken(owner), cancellationToken);
        var observed = await observer.LookAsync(entity, token, cancellationToken);
        observed = observed with { Pods = refusals.Recall(ObjectKey.Of(entity), observed.Pods) };
        var context = environment.Context(observed.Apis);
        var now = environment.Time.GetUtcNow();
        var plan = PipelinePlan.Of(observed, context, environment.Addresses, now);

        // Before anything that may fail: from here on its guard needs the API server no more.
        followers.Guard(observed, plan.Rollout.Judgement.Roles, token);

        Problem? problem = null;
        if (!writer.IsDone(owner, plan, context))
        {
            var mayHold = false;
            try
            {
                observed = await observer.LookAgainAsync(observed, cancellationToken);
                plan = PipelinePlan.Of(observed, context, environment.Addresses, now);
                mayHold = true;
                problem = await WriteAsync(owner, plan, context, cancellationToken);
            }
            catch (Exception e) when (ApiServerAway.Says(e, cancellationToken) || (mayHold && e is HttpOperationException or ConflictException))
            {
                await pusher.HoldAsync(observed, plan.Documents, token, cancellationToken);
                throw;
            }
        }

        // A decision's was stored before it; what was only seen needs nothing else.
        await reports.StoreAsync(owner, plan.Rollout.Decision is null ? plan.Rollout.Report : null, isDecision: false, cancellationToken);
        if (problem is null)
        {
            observed = observed with { Pods = await pusher.PushAsync(observed, plan.Documents, token, cancellationToken) };
            refusals.Keep(ObjectKey.Of(entity), observed.Pods);
            await writer.DeleteRevisionsAsync(owner, plan, cancellationToken);
        }
        else
        {
            observed = observed with { Pods = await pusher.HoldAsync(observed, plan.Documents, token, cancellationToken) };
        }

        followers.Follow(observed, plan, token, isStored: problem is null);
        await environment.Tokens.SettleAsync(owner, [.. observed.Pods.SelectMany(p => p.Processes)], cancellationToken);
        var status = await reporter.ReportAsync(observed, plan, context, problem, now, cancellationToken);
        return ReconciliationResult<RerankPipeline>.Success(entity, Pace.Of(status, plan, entity, now));
    }

    /// <returns>What kept something from being written; null when nothing did.</returns>
    private async Task<Problem?> WriteAsync(PipelineOwner owner, PipelinePlan plan, ManifestContext context, CancellationToken cancellationToken)
    {
        // Before the revisions, which a decision changes: the next reconcile would find it taken, and no longer know why. One that is cut off here is taken again, and told once.
        if (plan.Rollout.Decision is not null)
            await reports.StoreAsync(owner, plan.Rollout.Report, isDecision: true, cancellationToken);
        await writer.StoreRevisionsAsync(owner, plan, cancellationToken);
        return await writer.ApplyAsync(owner, plan, context, cancellationToken);
    }

    public Task<ReconciliationResult<RerankPipeline>> DeletedAsync(RerankPipeline entity, CancellationToken cancellationToken)
    {
        // Everything that was made for it goes with it: it is its owner.
        others.Forget(entity.Uid());
        Forget(entity);
        return Task.FromResult(ReconciliationResult<RerankPipeline>.Success(entity));
    }

    private void Forget(RerankPipeline entity)
    {
        reporter.Forget(entity);
        followers.Forget(entity);
        refusals.Forget(ObjectKey.Of(entity));
        engines.Forget(ObjectKey.Of(entity));
        writer.Forget(PipelineOwner.Of(entity));
        environment.Tokens.Forget(PipelineOwner.Of(entity));
    }

    // What the operator's role, a quota or an admission webhook refuses today, it refuses in a second too.
    private static Problem? Refused(HttpOperationException refusal) => refusal.Response?.StatusCode switch
    {
        HttpStatusCode.Forbidden => new(
            Reasons.Forbidden, $"The API server doesn't let the operator: {ServerMessage.Of(refusal).TrimEnd('.')}. Check the operator's role, quotas and admission webhooks."),
        HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnprocessableEntity => new(
            Reasons.ApiRefused, $"The API server refuses what the operator writes: {ServerMessage.Of(refusal)}"),
        _ => null,
    };

    private static Problem TokenTaken(PipelineOwner owner) => new(
        Reasons.NameTaken, $"Secret \"{owner.Names.AdminSecret}\" exists and does not belong to this pipeline. Rename the pipeline or remove that Secret.");
}
