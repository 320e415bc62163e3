namespace Rerank.Cli.Pipelines;

/// <summary>Labels and annotations by which the operator tells what its objects are.</summary>
internal static class KnownLabels
{
    public const string Pipeline = "rerank.dev/pipeline";
    public const string Role = "rerank.dev/role";
    public const string Revision = "rerank.dev/revision";

    /// <summary>Of what the operator keeps with a revision. The four after it are how earlier operators kept the same.</summary>
    public const string State = "rerank.dev/state";
    public const string CandidateSince = "rerank.dev/candidate-since";
    public const string StableSince = "rerank.dev/stable-since";
    public const string RetiredAt = "rerank.dev/retired-at";
    public const string Verdict = "rerank.dev/verdict";

    public static string Selector(Pipeline pipeline) => $"{Pipeline}={pipeline.Metadata.Name}";
}
