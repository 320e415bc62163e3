using Rerank.Contracts.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Api.Validation;
using Rerank.Operator.Runtime.Crds.Validation;

namespace Rerank.Operator.Models;

/// <summary>What is wrong with a ModelVersion that got past its schema: API servers before 1.25 don't evaluate the rules in it, and it can't say everything of an address.</summary>
internal static class ModelProblem
{
    /// <returns>Null when nothing is.</returns>
    public static string? Of(ModelVersion model)
    {
        List<FieldError> errors = [.. ModelVersionRules.Check(model), .. AddressErrors(model.Spec.Artifact.Source)];
        return errors.Count == 0 ? null : string.Join("; ", errors);
    }

    // A host would refuse all of its models for one such address.
    private static IEnumerable<FieldError> AddressErrors(ModelSourceSpec source)
    {
        if (source.Http is { } http && WebAddress.Problem(http.BaseURL) is { } url)
            yield return new("spec.artifact.source.http.baseURL", $"Invalid value: {url}");
        if (source.HuggingFace is { } hub && WebAddress.Problem(hub.Endpoint) is { } endpoint)
            yield return new("spec.artifact.source.huggingFace.endpoint", $"Invalid value: {endpoint}");
    }
}
