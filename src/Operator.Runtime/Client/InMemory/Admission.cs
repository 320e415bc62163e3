using System.Text.Json.Nodes;

namespace Rerank.Operator.Runtime.Client.InMemory;

/// <summary>
/// Sees every object before it is stored, as admission plug-ins and schemas do in a real server. May set defaults in
/// <paramref name="candidate"/>, or refuse it by throwing <see cref="Refusal.Invalid"/>.
/// </summary>
/// <param name="current">What is stored now; null for a new object. Not to be changed.</param>
public delegate void Admission(ResourceKind kind, JsonObject candidate, JsonObject? current);
