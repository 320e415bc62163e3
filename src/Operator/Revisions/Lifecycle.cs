using System.Text;

namespace Rerank.Operator.Revisions;

/// <summary>The states of a revision and every way from one to another. docs/rollouts.md has both as tables that are made from here.</summary>
internal static class Lifecycle
{
    /// <summary>In the order in which a revision goes through them.</summary>
    public static IReadOnlyList<(RevisionState State, string Meaning, string Leaves)> States { get; } =
    [
        (RevisionState.Placing, "What it needs is brought up; no router sends it anything.", "`progressDeadlineSeconds` from its start; once it was placed, from when it is unhealthy"),
        (RevisionState.Introducing, "Routers know it with no weight, before it takes over without steps.", "when every ready router follows"),
        (RevisionState.AtStep, "It has a step's weights.", "when the step is passed; `progressDeadlineSeconds` unhealthy"),
        (RevisionState.Baking, "Promoted; what it replaced keeps `bakeHoldbackPermille`.", "after `bakeSeconds`, when it passes"),
        (RevisionState.Stable, "It answers what no candidate does.", "-"),
        (RevisionState.Returning, "Rejected in its bake, without traffic; the pointer moves next.", "at the next look"),
        (RevisionState.Rejected, "Taken out, still loaded.", "when every router has left it"),
        (RevisionState.Retained, "Replaced, still loaded.", "after `retainStableSeconds`, or beyond `retainRevisions`, when every router has left it"),
        (RevisionState.Retired, "History; its verdict is remembered.", "-"),
    ];

    public static IReadOnlyList<Transition> Transitions { get; } =
    [
        new(RevisionState.Placing, RevisionState.Introducing, "it is placed, and takes over without steps"),
        new(RevisionState.Placing, RevisionState.AtStep, "it is placed, and the first step begins"),
        new(RevisionState.Placing, RevisionState.Stable, "nothing else serves; or the spec asks for what stands by while another one bakes"),
        new(RevisionState.Placing, RevisionState.Baking, "it is promoted, and routers know it as an arm already"),
        new(RevisionState.Placing, RevisionState.Rejected, "it is rejected, and still loaded from before"),
        new(RevisionState.Placing, RevisionState.Retained, "the spec asks for another one, and it is still loaded from before"),
        new(RevisionState.Placing, RevisionState.Retired, "it is rejected, or the spec asks for another one"),
        new(RevisionState.Introducing, RevisionState.AtStep, "steps were added meanwhile"),
        new(RevisionState.Introducing, RevisionState.Baking, "every ready router knows it, and it takes over"),
        new(RevisionState.Introducing, RevisionState.Stable, "the same, with nothing to bake"),
        new(RevisionState.Introducing, RevisionState.Rejected, "routers refuse it, or another guard speaks"),
        new(RevisionState.Introducing, RevisionState.Retained, "the spec asks for another one"),
        new(RevisionState.AtStep, RevisionState.Placing, "a directive `Retry` begins another try, after an unconfirmed hard limit"),
        new(RevisionState.AtStep, RevisionState.Baking, "it has passed every step, or a directive promotes it"),
        new(RevisionState.AtStep, RevisionState.Stable, "the same, with `bakeSeconds: 0`"),
        new(RevisionState.AtStep, RevisionState.Rejected, "a guard speaks, a deadline is over, or a directive aborts it"),
        new(RevisionState.AtStep, RevisionState.Retained, "the spec asks for another one"),
        new(RevisionState.Baking, RevisionState.Stable, "the bake is over, or the next candidate begins"),
        new(RevisionState.Baking, RevisionState.Returning, "a guard speaks, or a directive aborts it"),
        new(RevisionState.Baking, RevisionState.Retained, "another one is promoted; or no router has followed it yet, and the spec asks for another one"),
        new(RevisionState.Stable, RevisionState.Retained, "another one is promoted, or returned to"),
        new(RevisionState.Returning, RevisionState.Rejected, "what it replaced is the stable one again"),
        new(RevisionState.Returning, RevisionState.Stable, "what it replaced is gone, so that there is nothing to return to"),
        new(RevisionState.Rejected, RevisionState.Placing, "a directive `Retry` begins another try"),
        new(RevisionState.Rejected, RevisionState.Retired, "every router has left it"),
        new(RevisionState.Retained, RevisionState.Placing, "the spec asks for it again"),
        new(RevisionState.Retained, RevisionState.Stable, "what had replaced it is returned"),
        new(RevisionState.Retained, RevisionState.Retired, "its time is over, there are newer ones enough, or a candidate needs its memory; and every router has left it"),
        new(RevisionState.Retired, RevisionState.Placing, "the spec asks for it again, or a directive `Retry` begins another try"),
    ];

    public static bool Allows(RevisionState from, RevisionState to) => from == to || Transitions.Any(t => t.From == from && t.To == to);

    public static RevisionRole RoleOf(RevisionState state) => state switch
    {
        RevisionState.Placing or RevisionState.Introducing or RevisionState.AtStep => RevisionRole.Candidate,
        RevisionState.Baking or RevisionState.Stable or RevisionState.Returning => RevisionRole.Stable,
        RevisionState.Rejected or RevisionState.Retained => RevisionRole.Retained,
        _ => RevisionRole.Retired,
    };

    /// <summary>Both tables, as Markdown.</summary>
    public static string ToMarkdown()
    {
        var text = new StringBuilder("| state | label `rerank.dev/role` | meaning | ends |\n|---|---|---|---|\n");
        foreach (var (state, meaning, leaves) in States)
            text.Append($"| `{state}` | `{RoleOf(state).ToString().ToLowerInvariant()}` | {meaning} | {leaves} |\n");
        text.Append("\n| from | to | when |\n|---|---|---|\n");
        foreach (var transition in Transitions)
            text.Append($"| `{transition.From}` | `{transition.To}` | {transition.When} |\n");
        return text.ToString();
    }
}

internal sealed record Transition(RevisionState From, RevisionState To, string When);
