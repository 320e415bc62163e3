using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rerank.Operator.Revisions;

/// <summary>
/// JSON of revisions. Absent instead of null and members in the order of their declaration, so that one content has one text; a new optional
/// member leaves the hashes of revisions without it as they are.
/// </summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RevisionSnapshot))]
[JsonSerializable(typeof(RevisionDocument))]
[JsonSerializable(typeof(PodShape))]
[JsonSerializable(typeof(EngineSnapshot))]
[JsonSerializable(typeof(RolloutState))]
[JsonSerializable(typeof(RevisionVerdict))]
[JsonSerializable(typeof(SortedDictionary<string, string>))]
internal sealed partial class RevisionJson : JsonSerializerContext;
