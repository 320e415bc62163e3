namespace Rerank.Operator.Admin;

/// <summary>What an admin port answered. Exactly one of the two is set.</summary>
internal readonly record struct AdminAnswer<TStatus>(TStatus? Status, string? Problem)
    where TStatus : class
{
    /// <summary>Whether the process understood what it was told, and refuses it for what is in it (400).</summary>
    public bool IsRefusal { get; init; }
}
