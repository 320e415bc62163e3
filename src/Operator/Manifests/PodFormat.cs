using k8s.Models;

namespace Rerank.Operator.Manifests;

/// <summary>
/// How pods are made, apart from what pipelines and the operator's settings say. It is part of a revision's engine, so that an operator that makes pods otherwise changes none of those that serve: the other
/// form is tried as a candidate, as other images are. A number more for each change of a template; the oldest may go when no supported release made it.
/// </summary>
internal static class PodFormat
{
    /// <summary>Of operators that knew nothing of engines.</summary>
    public const int First = 0;

    /// <summary>The whole Secret with the admin token is mounted, so that there may be two of them; a host beside a router is ready when it listens.</summary>
    public const int WithBothTokens = 1;

    public const int Current = WithBothTokens;

    /// <summary>The form that pods of an operator before engines have, or one that knows of them.</summary>
    public static int Of(V1PodSpec pod) => pod.Volumes?.Any(v => v.Name == Volumes.AdminName && v.Secret?.Items is { Count: > 0 }) == true ? First : WithBothTokens;
}
