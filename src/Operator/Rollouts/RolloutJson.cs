using System.Text.Json;
using System.Text.Json.Serialization;
using Rerank.Operator.Analysis;
using Rerank.Operator.Pipelines.Revisions;

namespace Rerank.Operator.Rollouts;

/// <summary>JSON of what is kept of a rollout: annotations and the report.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RevisionDocument))]
[JsonSerializable(typeof(RolloutState))]
[JsonSerializable(typeof(RevisionVerdict))]
[JsonSerializable(typeof(EvidenceLedger))]
[JsonSerializable(typeof(RolloutReport))]
internal sealed partial class RolloutJson : JsonSerializerContext;
