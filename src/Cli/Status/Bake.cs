using Rerank.Cli.Directives;
using Rerank.Cli.Pipelines;
using Rerank.Cli.Text;

namespace Rerank.Cli.Status;

/// <summary>How the bake of the stable revision stands.</summary>
/// <param name="Until">When it is over if nothing is in the way.</param>
/// <param name="Latest">Until when it waits for its analysis at most; null where only its time counts, or that isn't known.</param>
/// <param name="RollsBack">Whether what has not passed by then is returned by itself, instead of waiting for people.</param>
/// <param name="Verdict">Of its analysis, as far as it has to pass; null where it hasn't to.</param>
/// <param name="IsWithheld">Whether a hard limit took its traffic away, and people have to decide.</param>
internal sealed record Bake(string Revision, DateTimeOffset Until, DateTimeOffset? Latest, bool RollsBack, string? Verdict, bool IsPaused, bool IsWithheld)
{
    /// <summary>Whose roles the words of its metrics mean.</summary>
    public const string Arms = "In a bake \"candidate\" is what was promoted, and \"stable\" what it replaced.";

    public bool MustPass => Verdict is not null and not "Pass";

    /// <returns>Null when nothing bakes.</returns>
    public static Bake? Of(Pipeline pipeline)
    {
        if (pipeline.Status.Stable is not { BakesUntilTime: { } until } stable)
            return null;
        var rollout = pipeline.Spec.Rollout;
        var analysis = pipeline.Status.Analysis;
        // Without steps nothing is asked of it but time.
        var verdict = rollout.Steps.Count == 0 ? null : analysis?.Revision == stable.Revision ? analysis.Verdict : "Undecided";
        return new(
            stable.Revision,
            until,
            verdict is not null && rollout.Analysis.NoData is { } noData ? until + TimeSpan.FromSeconds(noData.DeadlineSeconds) : null,
            rollout.Analysis.NoData is { OnDeadline: "Rollback" },
            verdict,
            rollout.Has(stable.Revision, stable.Attempt ?? 1, DirectiveActions.Pause),
            pipeline.Status is { IsWithheld: true, Candidate: null });
    }

    /// <summary>For a row of a table.</summary>
    public string InWords(DateTimeOffset now) => this switch
    {
        { IsWithheld: true } => "bakes without traffic: a hard limit waits for a decision",
        { IsPaused: true } => "paused in its bake",
        _ when Until > now => $"bakes another {Age.Of(Until - now)}{(MustPass ? " at least, and until its analysis passes" : "")}",
        { MustPass: false } => "its bake ends when every router follows",
        { Latest: { } latest } when latest <= now => "its bake waits for a decision",
        { Latest: { } latest } => $"bakes until its analysis passes, another {Age.Of(latest - now)} at most",
        _ => "bakes until its analysis passes",
    };

    /// <summary>Until when it waits for its analysis, in words; empty where that isn't known.</summary>
    public string AtLatest(DateTimeOffset now) => Latest is { } latest ? $" ({Age.Moment(latest)}{(latest > now ? $", in {Age.Of(latest - now)}" : "")})" : "";
}
