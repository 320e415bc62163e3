using System.IO.Compression;
using System.Text.Json;
using k8s.Models;
using Rerank.Operator.Analysis;
using Rerank.Operator.Names;
using Rerank.Operator.Rollouts;

namespace Rerank.Operator.Pipelines;

/// <summary>Between a report and the ConfigMap that holds it.</summary>
internal static class ReportObject
{
    public const string ReportKey = "report.json";

    /// <summary>Compressed: with a hundred routers it would fill most of what a ConfigMap may hold.</summary>
    public const string LedgerKey = "ledger.json.gz";

    public const string Component = "report";

    /// <summary>Base64 makes a third more of it, and a ConfigMap holds 1 MiB with its report.</summary>
    private const int MaxBytes = 600 * 1024;

    public static V1ConfigMap From(PipelineOwner owner, StoredReport stored)
    {
        var labels = Labels.Of(owner.Names);
        labels[Labels.Component] = Component;
        labels[Labels.Revision] = stored.Report.Revision;
        return new()
        {
            ApiVersion = "v1",
            Kind = V1ConfigMap.KubeKind,
            Metadata = owner.Metadata(owner.Names.Report(stored.Report.Revision), labels),
            Data = new Dictionary<string, string>
            {
                [ReportKey] = JsonSerializer.Serialize(stored.Report, RolloutJson.Default.RolloutReport),
            },
            BinaryData = new Dictionary<string, byte[]> { [LedgerKey] = Packed(stored.Ledger) },
        };
    }

    /// <returns>Null when it can't be read: then it begins anew.</returns>
    public static StoredReport? Read(V1ConfigMap map)
    {
        try
        {
            return map.Data is { } data && data.TryGetValue(ReportKey, out var text) && JsonSerializer.Deserialize(text, RolloutJson.Default.RolloutReport) is { } report
                && map.BinaryData is { } binary && binary.TryGetValue(LedgerKey, out var packed) && Ledger(packed) is { } ledger
                ? new(report, ledger)
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>
    /// Places of routers that are there are told again by them after a restart of the operator. So where they would fill a ConfigMap, they are left out: only routers that go at the same moment take theirs
    /// with them.
    /// </summary>
    private static byte[] Packed(EvidenceLedger ledger)
    {
        var packed = Compress(JsonSerializer.SerializeToUtf8Bytes(ledger, RolloutJson.Default.EvidenceLedger));
        return packed.Length <= MaxBytes ? packed : Compress(JsonSerializer.SerializeToUtf8Bytes(ledger.WithoutPlaces(), RolloutJson.Default.EvidenceLedger));
    }

    private static byte[] Compress(byte[] json)
    {
        var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Optimal))
            zip.Write(json);
        return packed.ToArray();
    }

    private static EvidenceLedger? Ledger(byte[] packed)
    {
        using var json = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        return JsonSerializer.Deserialize(json, RolloutJson.Default.EvidenceLedger);
    }
}
