using Rerank.Operator.Runtime.Crds;

namespace Rerank.Operator.Api;

internal sealed class SchedulingSpec
{
    /// <summary>Labels that a node must have.</summary>
    [PropertyLimits(0, 32)]
    [Length(0, 63)]
    [Pattern(Patterns.LabelValue)]
    [ValidationRule($"self.all(k, k.matches('{Patterns.LabelKey}'))", message: "must have label keys as keys, such as `kubernetes.io/arch`")]
    public Dictionary<string, string>? NodeSelector { get; set; }

    /// <summary>Taints that the pods tolerate.</summary>
    [Items(0, 32)]
    [XListType(XListType.Atomic)]
    public List<TolerationSpec>? Tolerations { get; set; }

    /// <summary>Name of the pods' PriorityClass.</summary>
    [Length(1, 253)]
    [Pattern(Patterns.Subdomain)]
    public string? PriorityClassName { get; set; }

    /// <summary>Name of the pods' RuntimeClass, such as `nvidia`.</summary>
    [Length(1, 253)]
    [Pattern(Patterns.Subdomain)]
    public string? RuntimeClassName { get; set; }
}

[ValidationRule("self.operator != 'Exists' || !has(self.value)", fieldPath: ".value", message: "may not be specified when `operator` is \"Exists\"")]
[ValidationRule("has(self.key) || self.operator == 'Exists'", fieldPath: ".key", message: "must be set when `operator` is \"Equal\"")]
internal sealed class TolerationSpec
{
    /// <summary>Key of the taint; absent: every key.</summary>
    [Length(1, 316)]
    [Pattern(Patterns.LabelKey)]
    public string? Key { get; set; }

    /// <summary>`Exists`: any value. `Equal`: this value.</summary>
    [DefaultValue("Equal")]
    public TolerationOperator Operator { get; set; } = TolerationOperator.Equal;

    /// <summary>Value of the taint.</summary>
    [Length(0, 63)]
    [Pattern(Patterns.LabelValue)]
    public string? Value { get; set; }

    /// <summary>Effect of the taint; absent: every effect.</summary>
    public TaintEffect? Effect { get; set; }
}

internal enum TolerationOperator
{
    Equal,
    Exists,
}

internal enum TaintEffect
{
    NoSchedule,
    PreferNoSchedule,
    NoExecute,
}
