using System.Diagnostics.CodeAnalysis;
using k8s.Models;
using Rerank.Operator.Names;

namespace Rerank.Operator.Manifests;

/// <summary>Ports of the pods and their names. Who looks for a port of a pod looks for its name: local mode has other numbers.</summary>
internal static class PodPorts
{
    public const string Http = "http";
    public const int HttpPort = 8080;
    public const int ProbePort = 8081;
    public const int AdminPort = 9090;

    private const int MaxNameLength = 15;

    /// <summary>Name of the admin port of a router, or of a pool's host.</summary>
    public const string Admin = "admin";

    /// <summary>Name of the port with health and metrics of a router, or of a pool's host.</summary>
    public const string Probe = "probe";

    /// <summary>Name of the admin port of the sidecar of this tier.</summary>
    public static string SidecarAdmin(string tier) => Fit(Admin, tier);

    /// <summary>Name of the port with health and metrics of the sidecar of this tier.</summary>
    public static string SidecarProbe(string tier) => Fit(Probe, tier);

    /// <summary>Where a named port of this pod listens; false while the pod has no address or no such port.</summary>
    public static bool TryGetAddress(V1Pod pod, string portName, [NotNullWhen(true)] out Uri? address)
    {
        address = null;
        if (pod.Status?.PodIP is not { Length: > 0 } ip)
            return false;
        var port = pod.Spec?.Containers?.SelectMany(c => c.Ports ?? []).FirstOrDefault(p => p.Name == portName);
        if (port is null)
            return false;
        address = new UriBuilder(Uri.UriSchemeHttp, ip, port.ContainerPort).Uri;
        return true;
    }

    // Port names have at most 15 characters and no two hyphens in a row; tiers' names may be longer.
    private static string Fit(string prefix, string tier)
    {
        var name = $"{prefix}-{tier}";
        return name.Length <= MaxNameLength && !name.Contains("--", StringComparison.Ordinal) ? name : $"{prefix}-{PipelineNames.Hash(tier)}";
    }
}
