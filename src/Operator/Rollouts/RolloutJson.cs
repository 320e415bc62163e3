using System.Text.Json;
using System.Text.Json.Serialization;
using Rerank.Operator.Analysis;

namespace Rerank.Operator.Rollouts;

/// <summary>JSON of what is kept of a rollout beside its revisions: the report.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EvidenceLedger))]
[JsonSerializable(typeof(RolloutReport))]
internal sealed partial class RolloutJson : JsonSerializerContext;
