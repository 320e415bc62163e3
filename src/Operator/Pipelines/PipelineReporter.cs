using System.Collections.Concurrent;
using k8s.Models;
using Rerank.Operator.Admin;
using Rerank.Operator.Api;
using Rerank.Operator.Events;
using Rerank.Operator.Manifests;
using Rerank.Operator.Names;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Status;

namespace Rerank.Operator.Pipelines;

/// <summary>Says how a pipeline stands: status, events, and what its hosts hold.</summary>
internal sealed class PipelineReporter(IResourceClient client, EventRecorder events, HostReports hosts, IPoolAddresses addresses, TimeProvider time)
{
    private readonly ConcurrentDictionary<ObjectKey, Written> _written = new();

    public async Task<RerankPipelineStatus> ReportAsync(
        Observation observed, PipelinePlan plan, ManifestContext context, Problem? problem, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var owner = PipelineOwner.Of(observed.Pipeline);
        observed.Pipeline.Status = Before(observed.Pipeline);
        observed = observed with { Pods = [.. observed.Pods.Select(p => p.AsLastSeen())] };
        hosts.Replace(new(owner.Namespace, owner.Name), [.. Reports(observed)]);
        var address = addresses.OfPipeline(owner, [.. observed.Routers.Where(p => p.IsReady).Select(p => p.Pod)]);
        var status = new PipelineStatusPlan(observed, plan, context, address, now).Build(problem);
        await WriteAsync(observed.Pipeline, status, cancellationToken);
        if (plan.Rollout.Decision is { } decision)
            await events.RecordAsync(observed.Pipeline, PipelineEvents.Of(decision), cancellationToken);
        return status;
    }

    /// <summary>Nothing could be done at all. What is said of what runs stays as it was.</summary>
    public Task ReportBlockedAsync(RerankPipeline pipeline, Problem problem, CancellationToken cancellationToken)
    {
        pipeline.Status = Before(pipeline);
        var before = pipeline.Status?.Conditions ?? [];
        var generation = pipeline.Metadata.Generation ?? 0;
        var ready = Conditions.Merge(before, [DesiredCondition.Of("Ready", ConditionStatus.False, problem)], generation, time.GetUtcNow());
        var status = new RerankPipelineStatus
        {
            ObservedGeneration = generation,
            Address = pipeline.Status?.Address,
            Stable = pipeline.Status?.Stable,
            Candidate = pipeline.Status?.Candidate,
            Router = pipeline.Status?.Router,
            Engine = pipeline.Status?.Engine,
            Analysis = pipeline.Status?.Analysis,
            Rejected = pipeline.Status?.Rejected,
            Conditions = [.. ready, .. before.Where(c => c.Type != "Ready")],
        };
        return WriteAsync(pipeline, status, cancellationToken);
    }

    public void Forget(RerankPipeline pipeline)
    {
        hosts.Forget(ObjectKey.Of(pipeline));
        _written.TryRemove(ObjectKey.Of(pipeline), out _);
    }

    private static IEnumerable<HostReport> Reports(Observation observed) =>
        from pod in observed.Pods
        from host in pod.Hosts.Values
        where host.Status is not null
        select new HostReport(pod.Name, host.Status!);

    // However the clock was set meanwhile.
    private static bool IsRecent(Written? last, DateTimeOffset now) => last is not null && (now - last.Time).Duration() < StatusNews.NumbersPeriod;

    private Written? Last(RerankPipeline pipeline) =>
        _written.GetValueOrDefault(ObjectKey.Of(pipeline)) is { } written && written.Uid == pipeline.Uid() ? written : null;

    // A cache that doesn't know yet what was written last would have the same told again.
    private RerankPipelineStatus? Before(RerankPipeline pipeline) =>
        Last(pipeline) is { } last && last.Over == pipeline.ResourceVersion() ? last.Status : pipeline.Status;

    private async Task WriteAsync(RerankPipeline pipeline, RerankPipelineStatus status, CancellationToken cancellationToken)
    {
        var (key, now) = (ObjectKey.Of(pipeline), time.GetUtcNow());
        var before = pipeline.Status;
        if (StatusWrites.Same(before, status) || (!StatusNews.IsIn(status, before) && IsRecent(Last(pipeline), now)))
            return;
        pipeline.Status = status;
        var over = pipeline.ResourceVersion();
        await client.ApplyStatusAsync(StatusWrites.WithoutPrecondition(pipeline), cancellationToken);
        _written[key] = new(pipeline.Uid(), status, over, now);
        foreach (var happened in PipelineEvents.Between(before, status))
            await events.RecordAsync(pipeline, happened, cancellationToken);
    }

    /// <summary>What this process last wrote.</summary>
    /// <param name="Over">The version that the cache had then. As long as it has that one, it is behind.</param>
    private sealed record Written(string? Uid, RerankPipelineStatus Status, string? Over, DateTimeOffset Time);
}
