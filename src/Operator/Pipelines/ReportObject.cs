using System.IO.Compression;
using System.Text;
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

    /// <summary>A ConfigMap holds 1 MiB, as JSON with its names, labels and managed fields.</summary>
    private const int MaxBytes = 900 * 1024;

    public static V1ConfigMap From(PipelineOwner owner, StoredReport stored)
    {
        var (report, ledger) = Fitting(stored);
        return new()
        {
            ApiVersion = "v1",
            Kind = V1ConfigMap.KubeKind,
            Metadata = Metadata(owner, stored.Report.Revision),
            Data = new Dictionary<string, string>
            {
                [ReportKey] = report,
            },
            BinaryData = new Dictionary<string, byte[]> { [LedgerKey] = ledger },
        };
    }

    /// <summary>Not as what the operator manages, which its informers keep: there is one for each revision that ever was.</summary>
    public static V1ObjectMeta Metadata(PipelineOwner owner, string revision)
    {
        var labels = Labels.Of(owner.Names);
        labels.Remove(Labels.ManagedBy);
        labels[Labels.Component] = Component;
        labels[Labels.Revision] = revision;
        return owner.Metadata(owner.Names.Report(revision), labels);
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
    /// What a ConfigMap holds of it: first without the places of routers that are there, which they tell again after a restart of the operator, so that only routers that go at the same moment take theirs
    /// with them; then without the older half of the path, as often as needed; then without what the processes before it had counted.
    /// </summary>
    private static (string Report, byte[] Ledger) Fitting(StoredReport stored)
    {
        var (report, ledger) = (Json(stored.Report), Packed(stored.Ledger));
        if (!Fits())
            ledger = Packed(stored.Ledger.WithoutPlaces());
        for (var path = stored.Report.Path; !Fits() && path.Count > 0;)
            report = Json(stored.Report with { Path = path = [.. path.Skip((path.Count + 1) / 2)] });
        if (!Fits())
            ledger = Packed(EvidenceLedger.Empty(stored.Ledger.Revision, stored.Ledger.Attempt));
        return (report, ledger);

        bool Fits() => (ledger.Length * 4L / 3) + Encoding.UTF8.GetByteCount(report) <= MaxBytes;

        static string Json(RolloutReport report) => JsonSerializer.Serialize(report, RolloutJson.Default.RolloutReport);
    }

    private static byte[] Packed(EvidenceLedger ledger) => Compress(JsonSerializer.SerializeToUtf8Bytes(ledger, RolloutJson.Default.EvidenceLedger));

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
