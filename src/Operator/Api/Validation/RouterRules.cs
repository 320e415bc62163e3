using Rerank.Contracts.Routing;
using Rerank.Operator.Runtime.Crds.Validation;
using static Rerank.Operator.Api.Validation.Rule;

namespace Rerank.Operator.Api.Validation;

internal static class RouterRules
{
    public static IReadOnlyList<FieldError> Check(RouterSpec router, string path) =>
    [
        .. Require(
            router.Assignment.HeaderName is null || router.Assignment.Type == AssignmentType.HeaderHash,
            $"{path}.assignment.headerName",
            "may only be specified when `type` is \"HeaderHash\""),
        .. Require(
            router.CandidateHeader.Value != "never",
            $"{path}.candidateHeader.value",
            "\"never\": must not be \"never\", which asks for the stable revision"),
        .. PodRules.CheckResources(router.Resources, $"{path}.resources"),
        .. PodRules.CheckScheduling(router.Scheduling, $"{path}.scheduling"),
    ];
}
