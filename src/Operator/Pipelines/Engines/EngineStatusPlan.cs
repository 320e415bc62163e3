using Rerank.Operator.Api;
using Rerank.Operator.Revisions;
using Rerank.Operator.Status;
using static Rerank.Operator.Api.ConditionStatus;

namespace Rerank.Operator.Pipelines.Engines;

/// <summary>What is told of a pipeline's engine.</summary>
internal static class EngineStatusPlan
{
    private const string Type = "EngineCurrent";

    public static EngineStatus? Of(Revision? stable) =>
        stable?.Snapshot.RunsOn is { } engine ? new() { Router = engine.Router, Host = engine.Host, HostCuda = engine.HostCuda } : null;

    /// <param name="all">The revisions that are kept.</param>
    public static DesiredCondition Condition(EngineChoice choice, IEnumerable<Revision> all)
    {
        var name = choice.Next?.Hash();
        return choice.State switch
        {
            EngineState.Current => new(Type, True, Reasons.EngineCurrent, "It runs on the operator's images of router and host, or will as soon as it runs."),
            EngineState.Moving => new(Type, False, Reasons.EngineRollout, $"Revision {name} tries the operator's images of router and host."),
            EngineState.Pinned => new(Type, False, Reasons.EnginePinned, "The operator has other images of router and host, and `engine.policy` is \"Pinned\"."),
            EngineState.AfterSpec => new(Type, False, Reasons.EngineAfterSpec, "The operator has other images of router and host: they are tried once what the spec asks for is what answers, and has stood its bake."),
            EngineState.Rejected => new(
                Type,
                False,
                Reasons.EngineRejected,
                $"Revision {name} tried the operator's images of router and host, and was rejected ({all.FirstOrDefault(r => r.Name == name)?.Verdict?.Reason}). It isn't tried again until they or the spec change, or a directive "
                    + $"{Directives.Ask(DirectiveAction.Retry, (all.FirstOrDefault(r => r.Name == name)?.Verdict?.Attempts ?? 1) + 1)} of {name} asks for it."),
            EngineState.NoRoom => DesiredCondition.Of(Type, False, choice.Problem! with { Message = $"The operator's other images of router and host aren't tried: {choice.Problem!.Message}" }),
            _ => new(Type, False, Reasons.EngineQueued, "The operator has other images of router and host, and as many pipelines as may change theirs at the same time do."),
        };
    }
}
