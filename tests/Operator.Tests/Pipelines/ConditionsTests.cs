using Rerank.Operator.Api;
using Rerank.Operator.Status;

namespace Rerank.Operator.Tests.Pipelines;

public sealed class ConditionsTests
{
    private static readonly DateTimeOffset Then = new(2030, 1, 1, 0, 0, 0, 999, TimeSpan.Zero);

    [Fact]
    public void Merge_SameStatusWithAnotherReason_KeepsTheTime()
    {
        var before = Conditions.Merge(null, [new("Ready", ConditionStatus.False, "One", "one")], 1, Then);

        var after = Conditions.Merge(before, [new("Ready", ConditionStatus.False, "Two", "two")], 2, Then.AddHours(1)).Single();

        Assert.Equal(before[0].LastTransitionTime, after.LastTransitionTime);
        Assert.Equal(("Two", 2L), (after.Reason, after.ObservedGeneration));
    }

    [Fact]
    public void Merge_AnotherStatus_HasANewTimeInWholeSeconds()
    {
        var before = Conditions.Merge(null, [new("Ready", ConditionStatus.False, "One", "one")], 1, Then);

        var after = Conditions.Merge(before, [new("Ready", ConditionStatus.True, "Two", "two")], 1, Then.AddHours(1)).Single();

        Assert.Equal(new DateTime(2030, 1, 1, 1, 0, 0, DateTimeKind.Utc), after.LastTransitionTime);
    }

    [Fact]
    public void Merge_LongMessage_IsCut() =>
        Assert.True(Conditions.Merge(null, [new("Ready", ConditionStatus.False, "One", new string('x', 100_000))], 1, Then).Single().Message.Length <= 2048);
}
