namespace Rerank.Operator.Telemetry;

/// <summary>How a rollout ended.</summary>
internal enum RolloutResult
{
    Promoted,

    /// <summary>It was judged worse, or people took it out.</summary>
    RolledBack,

    /// <summary>The spec asked for something else before it was decided.</summary>
    Replaced,
}
