using Rerank.Operator.Names;
using Rerank.Operator.Runtime;

namespace Rerank.Operator.Run;

/// <summary>Settings of the controller runtime, out of the operator's.</summary>
internal static class ClusterSettings
{
    /// <summary>The one namespace that is handled; null for all of them.</summary>
    public static string? Watched(IConfiguration section) => section["WatchNamespace"] is { Length: > 0 } watched ? watched : null;

    public static void Bind(IConfiguration section, RuntimeOptions runtime)
    {
        section.Bind(runtime);
        // In the section, Namespace is where the operator itself runs; what it watches has a name of its own.
        runtime.Namespace = Watched(section);
        runtime.Name = section["LeaderElection:LeaseName"] is { Length: > 0 } lease ? lease : Labels.OperatorName;
        runtime.LeaderElection.Namespace ??= section["Namespace"] is { Length: > 0 } own ? own : null;
        // By it an operator of all namespaces finds the leases of the others.
        runtime.LeaderElection.Labels[Labels.Name] = Labels.OperatorName;
    }
}
