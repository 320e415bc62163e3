using k8s.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Runtime;

namespace Rerank.Operator.Local.Server;

/// <summary>A kind that local mode's API server shows to other programs.</summary>
/// <param name="IsWritable">Whether they may also make objects of it, and change them.</param>
internal sealed record ServedKind(Type Type, bool IsWritable, params IReadOnlyList<string> ShortNames)
{
    public ResourceKind Kind { get; } = ResourceKind.Of(Type);
}

/// <summary>All of them. Secrets aren't among them.</summary>
internal static class ServedKinds
{
    public static readonly IReadOnlyList<ServedKind> All =
    [
        new(typeof(RerankPipeline), IsWritable: true, "rrp"),
        new(typeof(ModelVersion), IsWritable: true, "rmv"),
        new(typeof(V1ConfigMap), IsWritable: false, "cm"),
        new(typeof(V1Pod), IsWritable: false, "po"),
        new(typeof(V1Service), IsWritable: false, "svc"),
        new(typeof(V1ControllerRevision), IsWritable: false),
        new(typeof(V1Deployment), IsWritable: false, "deploy"),
        new(typeof(Eventsv1Event), IsWritable: false, "ev"),
    ];

    /// <param name="group">Empty for the core group.</param>
    public static ServedKind? Find(string group, string version, string plural) =>
        All.FirstOrDefault(served => served.Kind.Group == group && served.Kind.Version == version && served.Kind.Plural == plural);
}
