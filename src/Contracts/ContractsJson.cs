using System.Text.Json;
using System.Text.Json.Serialization;
using Rerank.Contracts.Admin;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Contracts.Scoring;

namespace Rerank.Contracts;

/// <summary>JSON of everything that two processes exchange: camelCase, enums by name, absent instead of null, unknown members refused.</summary>
/// <remarks>A property with a default has a setter, not an initialiser: the generated code assigns every <c>init</c> property, and would replace the
/// default of one that is absent from the JSON with null or zero.</remarks>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(ModelSet))]
[JsonSerializable(typeof(HostStatus))]
[JsonSerializable(typeof(RoutingTable))]
[JsonSerializable(typeof(RouterStatus))]
[JsonSerializable(typeof(ScoreRequest))]
[JsonSerializable(typeof(ScoreResponse))]
[JsonSerializable(typeof(ScoreError))]
[JsonSerializable(typeof(AdminError))]
public sealed partial class ContractsJson : JsonSerializerContext;
