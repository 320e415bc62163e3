using System.Security.Cryptography;
using System.Text;
using k8s;
using k8s.Models;

namespace Rerank.Operator.Local;

/// <summary>What a Deployment wants of its pods next: those of a new template come up first, the others go once all of them are ready.</summary>
/// <param name="Create">How many pods of the current template to add.</param>
/// <param name="Delete">Pods to remove.</param>
internal sealed record DeploymentPlan(int Create, IReadOnlyList<V1Pod> Delete, V1DeploymentStatus Status)
{
    /// <summary>Label that says from which template a pod was made.</summary>
    public const string TemplateHashLabel = "pod-template-hash";

    /// <param name="replicas">Pods wanted.</param>
    /// <param name="pods">All pods that the Deployment owns.</param>
    public static DeploymentPlan For(V1Deployment deployment, int replicas, IReadOnlyList<V1Pod> pods)
    {
        var hash = TemplateHash(deployment);
        var current = pods.Where(pod => pod.GetLabel(TemplateHashLabel) == hash).ToList();
        var outdated = pods.Where(pod => pod.GetLabel(TemplateHashLabel) != hash).ToList();
        var surplus = current.OrderBy(IsReady).Take(Math.Max(0, current.Count - replicas)).ToList();
        var currentReady = current.Count(IsReady);
        var retire = currentReady >= replicas ? outdated : [];

        return new DeploymentPlan(
            Math.Max(0, replicas - current.Count),
            [.. surplus, .. retire],
            new V1DeploymentStatus
            {
                ObservedGeneration = deployment.Metadata.Generation,
                Replicas = pods.Count,
                UpdatedReplicas = current.Count,
                ReadyReplicas = pods.Count(IsReady),
                AvailableReplicas = pods.Count(IsReady),
                UnavailableReplicas = Math.Max(0, replicas - pods.Count(IsReady)),
            });
    }

    public static string TemplateHash(V1Deployment deployment) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(KubernetesJson.Serialize(deployment.Spec.Template))))[..8];

    public static bool IsReady(V1Pod pod) =>
        pod.Status?.Conditions?.Any(condition => condition is { Type: "Ready", Status: "True" }) == true;
}
