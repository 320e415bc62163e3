using FsCheck;
using FsCheck.Fluent;
using Rerank.Router.Trials;

namespace Rerank.Router.Tests.Trials;

public sealed class AssignmentRuleTests
{
    /// <summary>Part of the agreement between routers of all versions: during an upgrade both serve the same callers.</summary>
    [Theory]
    [InlineData("r2", "alice", 229)]
    [InlineData("r2", "bob", 891)]
    [InlineData("r3", "alice", 116)]
    [InlineData("r2", "Jürgen", 994)]
    [InlineData("r2", "", 535)]
    [InlineData("a1b2c3d4", "0198c2f0-0000-7000-8000-000000000001", 995)]
    public void BucketOf_KnownKeys_IsWhatItAlwaysWas(string revision, string key, int bucket) => Assert.Equal(bucket, AssignmentRule.BucketOf(key, revision));

    [Fact]
    public void BucketOf_AnyKey_IsStableAndInRange() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll<NonNull<string>, NonNull<string>>((key, revision) =>
        AssignmentRule.BucketOf(key.Get, revision.Get) is >= 0 and < AssignmentRule.Buckets
        && AssignmentRule.BucketOf(key.Get, revision.Get) == AssignmentRule.BucketOf(new string(key.Get), new string(revision.Get))));

    [Fact]
    public void BucketOf_LongKey_IsTakenWhole() =>
        Assert.NotEqual(AssignmentRule.BucketOf(new string('x', 5000) + "a", "r"), AssignmentRule.BucketOf(new string('x', 5000) + "b", "r"));

    /// <summary>20,000 keys: the share of those below a weight is a binomial; five standard deviations leave one false alarm in 1.7 million.</summary>
    [Theory]
    [Trait("Fault", "T61")]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(50)]
    [InlineData(250)]
    [InlineData(500)]
    [InlineData(900)]
    [InlineData(1000)]
    public void BucketOf_ManyKeys_SplitAsWeighted(int permille)
    {
        const int Keys = 20_000;
        foreach (var revision in new[] { "r2", "a1b2c3d4" })
        {
            var taken = Enumerable.Range(0, Keys).Count(key => AssignmentRule.BucketOf($"session-{key}", revision) < permille);

            var share = permille / 1000.0;
            var tolerance = 5 * Math.Sqrt(Keys * share * (1 - share));
            Assert.InRange(taken, Keys * share - tolerance, Keys * share + tolerance);
        }
    }

    [Fact]
    public void BucketOf_OtherRevision_ChoosesOtherKeys()
    {
        var both = Enumerable.Range(0, 10_000).Count(key => AssignmentRule.BucketOf($"{key}", "r2") < 100 && AssignmentRule.BucketOf($"{key}", "r3") < 100);

        // Independent: a hundredth, and not the tenth that one choice for all revisions would give.
        Assert.InRange(both, 50, 150);
    }
}
