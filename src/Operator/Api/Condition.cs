using Rerank.Operator.Runtime.Crds;

namespace Rerank.Operator.Api;

/// <summary>An aspect of the object's state, as metav1.Condition.</summary>
internal sealed class Condition
{
    /// <summary>Name of the aspect, in CamelCase.</summary>
    [Required]
    [Length(1, 316)]
    [Pattern(Patterns.Reason)]
    public string Type { get; set; } = "";

    /// <summary>Whether it holds.</summary>
    [Required]
    public ConditionStatus Status { get; set; } = ConditionStatus.Unknown;

    /// <summary>Generation of the spec that this condition is about.</summary>
    [RangeMinimum(0)]
    public long ObservedGeneration { get; set; }

    /// <summary>When `status` last changed.</summary>
    [Required]
    public DateTime LastTransitionTime { get; set; }

    /// <summary>Why, for programs, in CamelCase.</summary>
    [Required]
    [Length(1, 1024)]
    [Pattern(Patterns.Reason)]
    public string Reason { get; set; } = "";

    /// <summary>Why, for people, and what to do about it.</summary>
    [Required]
    [Length(0, 32768)]
    public string Message { get; set; } = "";
}

internal enum ConditionStatus
{
    True,
    False,
    Unknown,
}
