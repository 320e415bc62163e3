
namespace Rerank.Dialects.Tests;

public sealed class NimDialectTests
{
    private static readonly Dialect Dialect = RerankDialects.Nim;

    [Theory]
    [InlineData("", TruncationRule.End)]
    [InlineData(""","truncate":null""", TruncationRule.End)]
    [InlineData(""","truncate":"END" """, TruncationRule.End)]
    [InlineData(""","truncate":"START" """, TruncationRule.Start)]
    [InlineData(""","truncate":"NONE" """, TruncationRule.None)]
    public void Parse_Request_IsTaken(string fields, TruncationRule truncation)
    {
        var request = Dialect.Parse($$"""{"model":"m","query":{"text":"q"},"passages":[{"text":"a"},"b"]{{fields}}}""");

        Assert.Equal("q", request.Query);
        Assert.Equal(["a", "b"], request.Documents);
        Assert.True(request.RawScores);
        Assert.Equal(truncation, request.Truncation);
    }

    [Theory]
    [InlineData("""{"query":{"text":"q"},"passages":[]}""", "passages must not be empty")]
    [InlineData("""{"query":{},"passages":["a"]}""", "query has no text: put it into \"text\"")]
    [InlineData("""{"query":"q","passages":["a"],"truncate":"MIDDLE"}""", "truncate must be true, false, \"NONE\" or \"END\", not \"MIDDLE\"")]
    public void Parse_WrongRequest_SaysWhatAndWhere(string body, string message)
    {
        var error = Dialect.ParseError(body);

        Assert.Equal((400, message), (Dialect.StatusOf(error.Kind), error.Message));
        Assert.StartsWith("{\"error\":\"", Dialect.Error(error), StringComparison.Ordinal);
    }

    [Fact]
    public void WriteAnswer_HasLogits()
    {
        var request = Dialect.Parse("""{"query":"q","passages":["a","b"]}""");

        var answer = Dialect.Answer(request, new RerankAnswer { RequestId = "id", Model = "m", Results = [new(1, 2.5f), new(0, -1f)], InputTokens = 9 });

        Assert.Equal("""{"rankings":[{"index":1,"logit":2.5},{"index":0,"logit":-1}],"usage":{"prompt_tokens":9,"total_tokens":9}}""", answer);
    }
}
