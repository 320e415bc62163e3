using Rerank.Operator.Api;
using Rerank.Operator.Api.Validation;

namespace Rerank.Operator.Models;

/// <summary>What is wrong with a ModelVersion that got past its schema: API servers before 1.25 don't evaluate the rules in it.</summary>
internal static class ModelProblem
{
    /// <returns>Null when nothing is.</returns>
    public static string? Of(ModelVersion model)
    {
        var errors = ModelVersionRules.Check(model);
        return errors.Count == 0 ? null : string.Join("; ", errors);
    }
}
