namespace Rerank.Operator.Runtime.Caching;

/// <summary>(null, x) added, (x, y) updated, (x, null) deleted, (x, x) resync.</summary>
public readonly record struct Change<T>(T? Old, T? New)
    where T : class;
