using k8s.Models;
using Rerank.Operator.Revisions;
using Rerank.Programs.Logs;

namespace Rerank.Operator.Manifests;

/// <summary>What the containers of routers and hosts have in common.</summary>
internal static class Containers
{
    /// <summary>
    /// After readiness is off and before ports close: within this time whoever sends requests has seen it. Programs wait themselves, because
    /// their images have no shell for a preStop hook.
    /// </summary>
    public const string DrainSeconds = "5";

    private const string TcpProtocol = "TCP";

    public static V1SecurityContext SecurityContext() => new()
    {
        AllowPrivilegeEscalation = false,
        ReadOnlyRootFilesystem = true,
        Capabilities = new() { Drop = ["ALL"] },
    };

    public static V1ContainerPort Port(string name, int port) => new() { Name = name, ContainerPort = port, Protocol = TcpProtocol };

    /// <summary>
    /// Startup asks for liveness, not readiness: a kubelet kills what doesn't start in time, and a host may load large models for longer than any
    /// limit that would still notice a process that hangs.
    /// </summary>
    public static void AddLivenessProbes(V1Container container, string port)
    {
        container.StartupProbe = Probe("/health/live", port, periodSeconds: 1, timeoutSeconds: 2, failureThreshold: 120);
        container.LivenessProbe = Probe("/health/live", port, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6);
    }

    public static void AddReadinessProbe(V1Container container, string port) =>
        container.ReadinessProbe = Probe("/health/ready", port, periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 3);

    /// <summary>Ready as long as it listens, whatever it does.</summary>
    public static void AddListeningProbe(V1Container container, string port) => container.ReadinessProbe = new()
    {
        TcpSocket = new() { Port = port },
        PeriodSeconds = 2,
        TimeoutSeconds = 2,
        FailureThreshold = 3,
    };

    /// <summary>What the operator's settings say of logs, traces and proxies. As variables: programs of another version skip those that they don't know.</summary>
    /// <param name="prefix">Of the program's own variables.</param>
    /// <param name="downloads">Whether it reaches beyond the cluster, for which there may be proxies.</param>
    /// <returns>Null when there is nothing to say, so that pods don't change for it.</returns>
    public static IList<V1EnvVar>? Environment(string prefix, OperatorOptions options, bool downloads = false)
    {
        var variables = new List<V1EnvVar>();
        if (options.LogFormat != LogFormat.Text)
            variables.Add(new() { Name = prefix + "LOG_FORMAT", Value = options.LogFormat.ToString().ToLowerInvariant() });
        if (options.OtlpEndpoint is { Length: > 0 } endpoint)
            variables.Add(new() { Name = "OTEL_EXPORTER_OTLP_ENDPOINT", Value = endpoint });
        if (downloads)
            variables.AddRange(options.Proxy.Variables.Select(v => new V1EnvVar { Name = v.Name, Value = v.Value }));
        return variables.Count > 0 ? variables : null;
    }

    public static V1ResourceRequirements? Resources(ResourcesSnapshot? resources, GpuSnapshot? gpu = null)
    {
        var limits = Quantities(resources?.Limits);
        if (gpu is not null)
        {
            limits ??= [];
            limits[gpu.ResourceName] = new(gpu.Count.ToString());
        }

        var requests = Quantities(resources?.Requests);
        return requests is null && limits is null ? null : new() { Requests = requests, Limits = limits };
    }

    private static V1Probe Probe(string path, string port, int periodSeconds, int timeoutSeconds, int failureThreshold) => new()
    {
        HttpGet = new() { Path = path, Port = port },
        PeriodSeconds = periodSeconds,
        TimeoutSeconds = timeoutSeconds,
        FailureThreshold = failureThreshold,
    };

    private static Dictionary<string, ResourceQuantity>? Quantities(SortedDictionary<string, string>? quantities) =>
        quantities?.ToDictionary(q => q.Key, q => new ResourceQuantity(q.Value));
}
