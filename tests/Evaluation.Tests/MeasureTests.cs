namespace Rerank.Evaluation.Tests;

/// <summary>By hand, from the definitions: small enough to be checked on paper.</summary>
public sealed class MeasureTests
{
    // Ranked: relevant, not judged, not relevant, relevant (grade 2); one more relevant document isn't found.
    private static readonly JudgedRanking Ranking = JudgedRanking.Of(
        ["a", "x", "n", "b"], new Dictionary<string, int> { ["a"] = 1, ["b"] = 2, ["c"] = 1, ["n"] = 0, ["u"] = -1 }, level: 1);

    public static TheoryData<string, double> Values => new()
    {
        { "P_1", 1 },
        { "P_5", 2 / 5.0 },
        { "recall_1", 1 / 3.0 },
        { "recall_100", 2 / 3.0 },
        { "recip_rank", 1 },
        { "map", (1 + (2 / 4.0)) / 3 },
        { "map_cut_3", 1 / 3.0 },
        { "Rprec", 1 / 3.0 },
        { "success_1", 1 },
        { "bpref", (1 + 0) / 3.0 },
        { "ndcg", (1 + (2 / Math.Log2(5))) / (2 + (1 / Math.Log2(3)) + (1 / Math.Log2(4))) },
        { "ndcg_cut_1", 1 / 2.0 },
        { "judged_2", 1 / 2.0 },
        { "num_ret", 4 },
        { "num_rel", 3 },
        { "num_rel_ret", 2 },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Of_ARanking_IsAsDefined(string name, double value) => Assert.Equal(value, Measure.Parse(name).Of(Ranking), precision: 12);

    [Theory]
    [MemberData(nameof(Values))]
    public void Of_NothingFoundOrNothingRelevant_IsZero(string name, double value)
    {
        var nothingFound = JudgedRanking.Of([], new Dictionary<string, int> { ["a"] = 1 }, level: 1);
        var nothingRelevant = JudgedRanking.Of(["a"], new Dictionary<string, int> { ["a"] = 0 }, level: 1);

        Assert.True(value >= 0);
        Assert.Equal(name == "num_rel" ? 1 : 0, Measure.Parse(name).Of(nothingFound));
        if (name is not ("num_ret" or "judged_2"))
            Assert.Equal(0, Measure.Parse(name).Of(nothingRelevant));
    }

    [Fact]
    public void Level_Higher_LeavesOnlyBetterDocumentsRelevant()
    {
        var strict = JudgedRanking.Of(["a", "b"], new Dictionary<string, int> { ["a"] = 1, ["b"] = 2 }, level: 2);

        Assert.Equal(0.5, Measure.Parse("recip_rank").Of(strict));
        Assert.Equal(1, Measure.Parse("recall_2").Of(strict));
        // Gains are grades whatever the level is.
        Assert.Equal((1 + (2 / Math.Log2(3))) / (2 + (1 / Math.Log2(3))), Measure.Parse("ndcg").Of(strict), precision: 12);
    }

    [Theory]
    [InlineData("ndcg@10")]
    [InlineData("ndcg_cut_0")]
    [InlineData("P_-1")]
    [InlineData("P_")]
    [InlineData("")]
    public void Parse_Unknown_NamesWhatThereIs(string name) =>
        Assert.Contains("ndcg_cut_K", Assert.Throws<FormatException>(() => Measure.Parse(name)).Message, StringComparison.Ordinal);
}
