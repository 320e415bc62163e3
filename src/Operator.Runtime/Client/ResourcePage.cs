namespace Rerank.Operator.Runtime.Client;

/// <param name="ResourceVersion">Of the list: where a watch may start.</param>
/// <param name="ContinueToken">For the next page; null on the last one.</param>
public sealed record ResourcePage<T>(IReadOnlyList<T> Items, string ResourceVersion, string? ContinueToken);
