using k8s.Models;
using Rerank.Operator.Runtime.Crds;

namespace Rerank.Operator.Runtime.Tests.Crds;

internal enum Pace
{
    Slow,
    Fast,
}

internal enum LowerCase
{
    slow,
}

[ValidationRule("self.name != 'x'", fieldPath: ".name", message: "must not be x")]
internal sealed class Good
{
    /// <summary>
    /// A name such as <c>abc</c>,
    /// see <see cref="Pace"/>.
    /// </summary>
    [Required]
    [Length(1, 5)]
    [Pattern("^[a-z]*$")]
    public string Name { get; set; } = "";

    /// <summary>A pace.</summary>
    [DefaultValue("Slow")]
    public Pace Pace { get; set; }

    /// <summary>A number.</summary>
    [RangeMinimum(0)]
    [RangeMaximum(9)]
    public long? Seconds { get; set; }

    /// <summary>A time.</summary>
    public DateTime? SinceTime { get; set; }

    /// <summary>An amount.</summary>
    public ResourceQuantity? Memory { get; set; }

    /// <summary>Labels.</summary>
    [PropertyLimits(0, 3)]
    [Length(0, 4)]
    public Dictionary<string, string>? Labels { get; set; }

    /// <summary>Parts.</summary>
    [Items(1, 2)]
    [XListType(XListType.Map)]
    [XListMapKeys("key")]
    public List<GoodPart>? Parts { get; set; }

    /// <summary>Filled in.</summary>
    [DefaultValue("{}", Json = true)]
    public GoodInner Inner { get; set; } = new();

    /// <summary>Anything.</summary>
    [PreserveUnknownFields]
    public object? Raw { get; set; }
}

internal sealed class GoodPart
{
    /// <summary>A key.</summary>
    [Required]
    [Length(0, 4)]
    public string Key { get; set; } = "";
}

internal sealed class WithTwoKeys
{
    /// <summary>Parts.</summary>
    [Required]
    [Items(0, 9)]
    [XListType(XListType.Map)]
    [XListMapKeys("name", "kind")]
    public List<PartWithTwoKeys> Parts { get; set; } = [];
}

internal sealed class PartWithTwoKeys
{
    /// <summary>A name.</summary>
    [Required]
    [Length(1, 9)]
    public string Name { get; set; } = "";

    /// <summary>A kind.</summary>
    [DefaultValue("")]
    [Length(0, 9)]
    public string Kind { get; set; } = "";
}

internal sealed class GoodInner
{
    /// <summary>A count.</summary>
    [DefaultValue(2)]
    [RangeMinimum(1)]
    [RangeMaximum(9)]
    public int Count { get; set; } = 2;
}

internal sealed record WithFloat(double? Ratio);

internal sealed record WithUnboundedString(string? Text);

internal sealed record WithUnboundedList([property: XListType(XListType.Set), Length(0, 5)] List<string>? Items);

internal sealed record WithListOfNoKind([property: Items(0, 5), Length(0, 5)] List<string>? Items);

internal sealed record WithUnboundedMap([property: Length(0, 5)] Dictionary<string, string>? Labels);

internal sealed record WithMapOfObjects([property: PropertyLimits(0, 5)] Dictionary<string, GoodPart>? Parts);

internal sealed record WithUnboundedInteger([property: RangeMinimum(0)] int? Count);

internal sealed record WithPhase([property: Length(0, 5)] string? Phase);

internal sealed record WithInterval([property: RangeMinimum(0), RangeMaximum(5)] int? PollInterval);

internal sealed record WithIsPrefix(Pace? IsReady);

internal sealed record WithLowerCaseEnum(LowerCase? Pace);

internal sealed record WithHiddenDefault([property: RangeMinimum(0), RangeMaximum(5)] int Count);

internal sealed record WithRequiredDefault([property: Required, DefaultValue(1), RangeMinimum(0), RangeMaximum(5)] int Count);

internal sealed record WithBadDefault([property: DefaultValue(6), RangeMinimum(0), RangeMaximum(5)] int Count);

internal sealed record WithOpenPattern([property: Length(0, 5), Pattern("^a")] string? Text);

internal sealed record WithEnginePattern([property: Length(0, 5), Pattern(@"^\s$")] string? Text);

internal sealed class WithItself
{
    public WithItself? Inner { get; set; }
}

internal sealed record WithRuleOfNoMessage([property: Length(0, 5), ValidationRule("self != ''")] string? Text);

internal sealed class Undocumented
{
    [RangeMinimum(0)]
    [RangeMaximum(5)]
    public int? Count { get; set; }
}
