using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using k8s.Models;
using Rerank.Operator.Manifests;

namespace Rerank.Operator.Rollouts;

/// <summary>Between a report and the ConfigMap that holds it.</summary>
internal static class ReportObject
{
    public const string ReportKey = "report.json";
    public const string LedgerKey = "ledger.json";
    public const string Component = "report";

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
                [LedgerKey] = JsonSerializer.Serialize(stored.Ledger, RolloutJson.Default.EvidenceLedger),
            },
        };
    }

    /// <returns>Null when it can't be read: then it begins anew.</returns>
    public static StoredReport? Read(V1ConfigMap map) =>
        Parse(map, ReportKey, RolloutJson.Default.RolloutReport) is { } report && Parse(map, LedgerKey, RolloutJson.Default.EvidenceLedger) is { } ledger
            ? new(report, ledger)
            : null;

    private static T? Parse<T>(V1ConfigMap map, string key, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return map.Data is { } data && data.TryGetValue(key, out var text) ? JsonSerializer.Deserialize(text, type) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
