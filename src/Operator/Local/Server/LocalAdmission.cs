using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Client.InMemory;
using Rerank.Operator.Runtime.Crds.Validation;
using ApiAdmission = Rerank.Operator.Api.Validation.Admission;

namespace Rerank.Operator.Local.Server;

/// <summary>
/// Holds whoever writes to what the CRDs say about the whole object: an apply over HTTP has only a part of it. What leaves the spec alone, such
/// as a status, passes.
/// </summary>
internal static class LocalAdmission
{
    public static void Admit(ResourceKind kind, JsonObject candidate, JsonObject? current)
    {
        if (kind.Group != ApiGroup.Name || (current is not null && JsonNode.DeepEquals(candidate["spec"], current["spec"])))
            return;

        if (kind.Kind == RerankPipeline.KubeKind)
            Admit<RerankPipeline>(kind, candidate, current);
        else
            Admit<ModelVersion>(kind, candidate, current);
    }

    private static void Admit<T>(ResourceKind kind, JsonObject candidate, JsonObject? current)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var stored = current is null ? null : KubernetesJson.Deserialize<T>(current.ToJsonString());
        if (ApiAdmission.Admit(candidate, stored, out var errors) is null)
            throw Refusal.Invalid(kind, $"{candidate["metadata"]?["name"]}", Describe(errors));

        candidate["spec"] = ApiAdmission.WithDefaults<T>(candidate)["spec"]!.DeepClone();
    }

    private static string Describe(IReadOnlyList<FieldError> errors) =>
        errors is [var only] ? only.ToString() : $"[{string.Join(", ", errors.Select(error => error.ToString()))}]";
}
