namespace Rerank.LocalMode.Tests;

/// <summary>One operator after the other: each runs processes of its own.</summary>
[CollectionDefinition("local mode")]
public sealed class LocalModeCollection;
