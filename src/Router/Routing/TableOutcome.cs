namespace Rerank.Router.Routing;

/// <param name="Error">Null when the table is in force.</param>
/// <param name="Generation">With a conflict: the generation in force.</param>
internal sealed record TableOutcome(string? Error, long? Generation)
{
    public static TableOutcome InForce { get; } = new(null, null);

    public static TableOutcome Invalid(string error) => new(error, null);

    public static TableOutcome Conflict(string error, long generation) => new(error, generation);
}
