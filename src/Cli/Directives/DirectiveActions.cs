namespace Rerank.Cli.Directives;

/// <summary>What a directive may ask for.</summary>
internal static class DirectiveActions
{
    /// <summary>Instead of a step in <see cref="Approve"/>: the end of the bake.</summary>
    public const string Bake = "bake";

    public const string Approve = "Approve";
    public const string Pause = "Pause";
    public const string Abort = "Abort";
    public const string Retry = "Retry";
    public const string PromoteNow = "PromoteNow";
}
