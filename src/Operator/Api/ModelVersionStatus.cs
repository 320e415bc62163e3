using Rerank.Operator.Runtime.Crds;

namespace Rerank.Operator.Api;

internal sealed class ModelVersionStatus
{
    /// <summary>Generation of the spec that this status is about.</summary>
    [RangeMinimum(0)]
    public long ObservedGeneration { get; set; }

    /// <summary>`sha256:` and 64 hexadecimal digits, over files, contract and runtime: what identifies the model in answers and audits.</summary>
    [Length(0, 71)]
    public string? Digest { get; set; }

    /// <summary>The first twelve digits of the digest.</summary>
    [Length(0, 12)]
    public string? ShortDigest { get; set; }

    /// <summary>Bytes of all files, once a host has them.</summary>
    [RangeMinimum(0)]
    public long? SizeBytes { get; set; }

    /// <summary>`Ready`: a host has loaded and tested it; `Verified`: its files have the digests of the spec; `InUse`: a pipeline refers to it.</summary>
    [Items(0, 16)]
    [XListType(XListType.Map)]
    [XListMapKeys("type")]
    public List<Condition> Conditions { get; set; } = [];
}
