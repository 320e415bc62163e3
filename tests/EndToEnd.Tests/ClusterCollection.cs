namespace Rerank.EndToEnd.Tests;

/// <summary>One pipeline after the other: a small machine can't run them all at once.</summary>
[CollectionDefinition("cluster")]
public sealed class ClusterCollection;
