using System.Text.Json;
using System.Text.Json.Serialization;
using Rerank.Contracts.Admin;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Contracts.Scoring;

namespace Rerank.Contracts;

/// <summary>
/// JSON of the score API, of statuses and of errors, as <see cref="ContractsJson"/> but that unknown members are skipped: while images change, one side is a version ahead of the other, whichever
/// that is, and both have to go on working together. So a new member must be one that may be left out of account; what must not, as it changes scores, needs another path.
/// </summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(HostStatus))]
[JsonSerializable(typeof(RouterStatus))]
[JsonSerializable(typeof(ScoreRequest))]
[JsonSerializable(typeof(ScoreResponse))]
[JsonSerializable(typeof(ScoreError))]
[JsonSerializable(typeof(AdminError))]
public sealed partial class WireJson : JsonSerializerContext;
