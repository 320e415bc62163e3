using Rerank.Operator.Runtime;

namespace Rerank.Operator.Pipelines.Watch;

/// <summary>One try of a candidate, which routers take out by themselves when it trips a hard limit.</summary>
/// <param name="Routers">Their admin addresses.</param>
/// <param name="Token">Of their admin ports.</param>
internal sealed record WatchedCandidate(ObjectKey Pipeline, string Revision, int Attempt, IReadOnlyList<Uri> Routers, string Token)
{
    public bool IsSameTryAs(WatchedCandidate other) => Pipeline == other.Pipeline && Revision == other.Revision && Attempt == other.Attempt;

    // Without the token.
    public override string ToString() => $"{Pipeline} {Revision} #{Attempt}";
}
