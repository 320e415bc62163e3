namespace Rerank.Evaluation.Tests;

public sealed class FormatTests
{
    [Theory]
    [InlineData("q1 0 d1 1\nq1 0 d2 0\n")]
    [InlineData("query-id\tcorpus-id\tscore\nq1\td1\t1\r\nq1\td2\t0\r\n")]
    [InlineData("# made by hand\n\nq1 d1 1\n  q1   d2   0")]
    public void Qrels_OfTrecAndBeir_AreTheSame(string text)
    {
        var qrels = Read(text);

        Assert.Equal([("d1", 1), ("d2", 0)], Assert.Single(qrels.Queries).Value.Select(d => (d.Key, d.Value)));
    }

    [Theory]
    [InlineData("q1 0 d1 relevant", "q, line 1: grade \"relevant\"")]
    [InlineData("q1 0 d1 1\nq1 0 d1 2", "q, line 2: query q1 judges document d1 twice")]
    [InlineData("q1 d1", "q, line 1: expected \"QUERY ITERATION DOCUMENT GRADE\"")]
    [InlineData("# nothing\n", "q has no judgements")]
    public void Qrels_ThatCantBeRead_SayWhere(string text, string message) =>
        Assert.StartsWith(message, Assert.Throws<TrecFormatException>(() => Read(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Run_OrdersByScoreThenByIdentifierBackwards_WhateverItsRanksSay()
    {
        var run = Run("q1 Q0 a 1 0.5 x\nq1 Q0 b 2 1e1 x\nq1 Q0 c 3 0.5 x\nq2 Q0 é 1 1 x\nq2 Q0 😀 2 1 x\nq2 Q0 \uFF5E 3 1 x\n");

        Assert.Equal(["b", "c", "a"], run.Queries["q1"]);
        Assert.Equal(["😀", "\uFF5E", "é"], run.Queries["q2"]);
    }

    [Theory]
    [InlineData("q1 Q0 a 1 high x", "r, line 1: score \"high\"")]
    [InlineData("q1 Q0 a 1 NaN x", "r, line 1: score \"NaN\"")]
    [InlineData("q1 Q0 a 1 1 x\nq1 Q0 a 2 0 x", "r, line 2: query q1 has document a twice")]
    [InlineData("q1 Q0 a 1 1", "r, line 1: expected")]
    [InlineData("", "r has no results")]
    public void Run_ThatCantBeRead_SaysWhere(string text, string message) =>
        Assert.StartsWith(message, Assert.Throws<TrecFormatException>(() => Run(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Slices_KeepWhatIsJudgedOnce()
    {
        var slices = Slices.Read(new StringReader("q1 short\nq1 short\nq1 law\nq9 law\n"), "s", Read("q1 0 d1 1"));

        Assert.Equal([("short", "q1"), ("law", "q1")], slices.Queries.Select(s => (s.Key, Assert.Single(s.Value))));
        Assert.Throws<TrecFormatException>(() => Slices.Read(new StringReader("q1"), "s", Read("q1 0 d1 1")));
    }

    private static Qrels Read(string text) => Qrels.Read(new StringReader(text), "q");

    private static TrecRun Run(string text) => TrecRun.Read(new StringReader(text), "r");
}
