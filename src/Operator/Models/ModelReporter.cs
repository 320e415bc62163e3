using k8s.Models;
using Rerank.Operator.Admin;
using Rerank.Operator.Api;
using Rerank.Operator.Events;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Status;

namespace Rerank.Operator.Models;

/// <summary>Says how a ModelVersion stands.</summary>
internal sealed class ModelReporter(IResourceClient client, SourceCredentials credentials, HostReports hosts, EventRecorder events, TimeProvider time)
{
    public async Task<ModelVersionStatus> ReportAsync(ModelVersion model, IReadOnlyList<ModelUse> uses, CancellationToken cancellationToken)
    {
        var invalid = ModelProblem.Of(model);
        var secret = invalid is null && ModelSpecs.Credential(model) is { } reference
            ? (await credentials.ReadAsync(model.Namespace(), ModelSpecs.Of(model), reference, cancellationToken)).Problem
            : null;
        var before = model.Status;
        var status = ModelStatusPlan.Of(model, invalid, uses, secret, Reports(model, uses), time.GetUtcNow());
        if (StatusWrites.Same(before, status))
            return status;

        model.Status = status;
        await client.ApplyStatusAsync(StatusWrites.WithoutPrecondition(model), cancellationToken);
        foreach (var happened in ModelEvents.Between(before, status))
            await events.RecordAsync(model, happened, cancellationToken);
        return status;
    }

    private IReadOnlyList<HostReport>? Reports(ModelVersion model, IReadOnlyList<ModelUse> uses)
    {
        var known = uses.Select(u => u.Pipeline).Distinct().Select(pipeline => hosts.Of(new(model.Namespace(), pipeline))).ToList();
        return known.Any(reports => reports is null) ? null : [.. known.SelectMany(reports => reports!)];
    }
}
