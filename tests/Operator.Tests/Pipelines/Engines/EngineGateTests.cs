using FsCheck;
using FsCheck.Fluent;
using Rerank.Operator.Pipelines.Engines;
using Rerank.Operator.Runtime;

namespace Rerank.Operator.Tests.Pipelines.Engines;

public sealed class EngineGateTests
{
    private static readonly Arbitrary<(HashSet<ObjectKey> Moving, List<ObjectKey> Waiting, int Most)> Queues = (
        from moving in Gen.Choose(0, 30).ListOf()
        from waiting in Gen.Choose(0, 30).ListOf()
        from most in Gen.Choose(0, 12)
        select (moving.Select(Key).ToHashSet(), waiting.Select(Key).ToList(), most)).ToArbitrary();

    [Fact]
    public void Admitted_Any_AreThoseUnderWayAndNoMoreThanMayBeFirstInOrder() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(Queues, q =>
    {
        var admitted = EngineGate.Admitted(q.Moving, q.Waiting, q.Most);
        var begun = admitted.Except(q.Moving).ToList();
        var left = q.Waiting.Except(admitted).ToList();
        return q.Moving.IsSubsetOf(admitted)
            && admitted.Count <= Math.Max(q.Moving.Count, q.Most)
            && begun.All(q.Waiting.Contains)
            // Nobody waits while there is room, and whoever waits comes after those who begin.
            && (left.Count == 0 || admitted.Count >= q.Most)
            && begun.All(b => left.TrueForAll(l => string.CompareOrdinal(b.ToString(), l.ToString()) < 0));
    }));

    /// <summary>Whoever has begun is not stopped by those who come later.</summary>
    [Fact]
    public void Admitted_MoreCome_NobodyHasToGoBack() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(Queues, Queues, (q, later) =>
    {
        var before = EngineGate.Admitted(q.Moving, q.Waiting, q.Most);
        return before.IsSubsetOf(EngineGate.Admitted(before, q.Waiting.Concat(later.Waiting), q.Most));
    }));

    private static ObjectKey Key(int number) => new($"team-{number % 3}", $"pipeline-{number:00}");
}
