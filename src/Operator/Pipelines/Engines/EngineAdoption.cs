using k8s.Models;
using Rerank.Operator.Manifests;
using Rerank.Operator.Revisions;

namespace Rerank.Operator.Pipelines.Engines;

/// <summary>
/// Revisions that were stored before engines were part of them go on with the images that their pods have: an upgrade of the operator changes nothing by itself.
/// </summary>
internal static class EngineAdoption
{
    /// <summary>What pods are made with that nothing else is known of.</summary>
    public static EngineSnapshot Present(ImageOptions images) => new(images.Router, images.RerankerHost, images.RerankerHostCuda, PodFormat.Current);

    /// <summary>The revisions, each live one with an engine.</summary>
    /// <param name="deployments">Of the pipeline.</param>
    public static IReadOnlyList<Revision> Adopt(IReadOnlyList<Revision> revisions, IEnumerable<V1Deployment> deployments, EngineSnapshot present)
    {
        if (revisions.All(r => IsKnown(r)))
            return revisions;
        var running = Running(deployments, GpuResources(revisions), present);
        return [.. revisions.Select(r => IsKnown(r) ? r : r with { Snapshot = r.Snapshot with { AdoptedEngine = running.For(r.Snapshot, present) } })];
    }

    private static bool IsKnown(Revision revision) => revision.Role == RevisionRole.Retired || revision.Snapshot.RunsOn is not null;

    private static HashSet<string> GpuResources(IEnumerable<Revision> revisions) =>
        [.. revisions.SelectMany(r => r.Snapshot.Tiers).Select(t => t.Model?.Gpu?.ResourceName).OfType<string>()];

    private static EngineSnapshot Running(IEnumerable<V1Deployment> deployments, HashSet<string> gpus, EngineSnapshot present)
    {
        var pods = deployments.OrderBy(d => d.Name(), StringComparer.Ordinal).Select(d => d.Spec?.Template?.Spec).OfType<V1PodSpec>().ToList();
        var containers = pods.SelectMany(p => p.Containers ?? []).ToList();
        var hosts = containers.Where(c => c.Name == HostContainer.PoolName || HostContainer.TierOfSidecar(c.Name) is not null).ToLookup(HasGpu, c => c.Image);
        return new(
            containers.FirstOrDefault(c => c.Name == RouterContainer.Name)?.Image ?? present.Router,
            hosts[false].FirstOrDefault() ?? present.Host,
            hosts[true].FirstOrDefault() ?? present.HostCuda,
            pods.Count > 0 ? pods.Min(PodFormat.Of) : present.PodFormat);

        bool HasGpu(V1Container container) => container.Resources?.Limits?.Keys.Any(gpus.Contains) == true;
    }
}
