using Rerank.Operator.Runtime.Crds.Validation;

namespace Rerank.Operator.Api.Validation;

/// <summary>
/// A rule in C# that is in the CRD as CEL too. Local mode has no CEL, and API servers before Kubernetes 1.25 ignore it. A test holds both to
/// the same verdicts and messages.
/// </summary>
internal static class Rule
{
    public static IEnumerable<FieldError> Require(bool holds, string path, string message) =>
        holds ? [] : [new FieldError(path, $"Invalid value: {message}")];
}
