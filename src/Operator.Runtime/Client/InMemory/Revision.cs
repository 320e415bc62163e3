using System.Text.Json.Nodes;

namespace Rerank.Operator.Runtime.Client.InMemory;

/// <summary>What a write makes of an object.</summary>
internal readonly record struct Revision(JsonObject Content, FieldOwnership Ownership);
