
namespace Rerank.Dialects.Tests;

public sealed class InfinityDialectTests
{
    private static readonly Dialect Dialect = RerankDialects.Infinity;

    [Fact]
    public void Parse_ModelThatNobodyNamed_IsNone()
    {
        var request = Dialect.Parse("""{"query":"q","documents":["a"],"model":"default/not-specified","raw_scores":true}""");

        Assert.Null(request.Model);
        Assert.True(request.RawScores);
        Assert.False(request.ReturnDocuments);
    }

    [Fact]
    public void WriteAnswer_HasDocumentsAsStrings()
    {
        var request = Dialect.Parse("""{"query":"q","documents":["a"],"return_documents":true}""");

        var answer = Dialect.Answer(request, new RerankAnswer
        {
            RequestId = "id",
            Model = "m",
            Results = [new(0, 0.5f)],
            InputTokens = 9,
            Created = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000),
        });

        Assert.Equal(
            """{"object":"rerank","results":[{"relevance_score":0.5,"index":0,"document":"a"}],"model":"m","usage":{"prompt_tokens":9,"total_tokens":9},"id":"infinity-id","created":1700000000}""",
            answer);
    }

    [Theory]
    [InlineData("""{"query":"q","documents":["a"],"top_n":0}""", "top_n", "top_n must be at least 1, not 0")]
    [InlineData("""{"documents":["a"]}""", "query", "query is missing; it must be a string")]
    public void WriteError_NamesTheField(string body, string field, string message)
    {
        var error = Dialect.ParseError(body);

        Assert.Equal(422, Dialect.StatusOf(error.Kind));
        Assert.Equal($$$"""{"error":{"message":"{{{message}}}","type":"invalid_request_error","param":"{{{field}}}","code":422}}""", Dialect.Error(error));
    }

    [Theory]
    [InlineData(RequestErrorKind.ModelNotFound, "invalid_request_error", 400)]
    [InlineData(RequestErrorKind.Overloaded, "rate_limit_error", 429)]
    [InlineData(RequestErrorKind.Internal, "server_error", 500)]
    public void WriteError_HasTypeAndCode(RequestErrorKind kind, string type, int status) =>
        Assert.Equal($$$"""{"error":{"message":"why","type":"{{{type}}}","code":{{{status}}}}}""", Dialect.Error(new RequestError(kind, "why")));
}
