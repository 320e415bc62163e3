using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rerank.Cli.Pipelines;

/// <summary>JSON of what is read. Members that this program doesn't know are left alone, so that it can talk to a later operator.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Pipeline))]
[JsonSerializable(typeof(Report))]
[JsonSerializable(typeof(RevisionDocument))]
[JsonSerializable(typeof(RevisionVerdict))]
internal sealed partial class PipelineJson : JsonSerializerContext;
