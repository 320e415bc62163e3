using System.Collections.Concurrent;
using Rerank.Contracts.Models;
using Rerank.Operator.Runtime;

namespace Rerank.Operator.Admin;

/// <summary>What hosts said when their pipeline was last reconciled, for whoever asks about a model. Forgotten with the process, and soon read again.</summary>
internal sealed class HostReports
{
    private readonly ConcurrentDictionary<ObjectKey, IReadOnlyList<HostReport>> _byPipeline = new();

    public void Replace(ObjectKey pipeline, IReadOnlyList<HostReport> reports) => _byPipeline[pipeline] = reports;

    public void Forget(ObjectKey pipeline) => _byPipeline.TryRemove(pipeline, out _);

    /// <returns>Null when the pipeline hasn't been looked at yet.</returns>
    public IReadOnlyList<HostReport>? Of(ObjectKey pipeline) => _byPipeline.GetValueOrDefault(pipeline);
}

internal sealed record HostReport(string Pod, HostStatus Status);
