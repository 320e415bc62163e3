using System.Text.Json;
using System.Text.Json.Serialization;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;

namespace Rerank.Contracts;

/// <summary>
/// JSON of the documents that say what a process shall do, whether they are pushed, mounted or written by people: camelCase, enums by name, absent instead of null. Unknown members are
/// refused: whoever takes such a document in acknowledges all of it. What else processes exchange is <see cref="WireJson"/>.
/// </summary>
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
[JsonSerializable(typeof(RoutingTable))]
public sealed partial class ContractsJson : JsonSerializerContext;
