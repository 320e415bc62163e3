
namespace Rerank.Dialects.Tests;

public sealed class JinaDialectTests
{
    private static readonly Dialect Dialect = RerankDialects.Jina;

    [Fact]
    public void Parse_QueryAndDocumentsAsObjects_TakesTheirText()
    {
        var request = Dialect.Parse("""{"model":"m","query":{"text":"q"},"documents":[{"text":"a"},"b"],"top_n":0,"truncation":false}""");

        Assert.Equal("q", request.Query);
        Assert.Equal(["a", "b"], request.Documents);
        Assert.Null(request.TopN);
        Assert.True(request.ReturnDocuments);
        Assert.Equal(TruncationRule.None, request.Truncation);
    }

    [Theory]
    [InlineData("""{"model":"m","query":"q","documents":[{"image":"https://example.com/a.png"}]}""", "documents[0] has no text: only text can be ranked, not images")]
    [InlineData("""{"model":"m","query":{"image":"data:"},"documents":["a"]}""", "query has no text: only text can be ranked, not images")]
    [InlineData("""{"model":"m","query":"q","documents":["a"],"top_n":-1}""", "top_n must be at least 0, not -1")]
    public void Parse_WhatCannotBeRanked_IsRefused(string body, string message)
    {
        var error = Dialect.ParseError(body);

        Assert.Equal((422, message), (Dialect.StatusOf(error.Kind), error.Message));
    }

    [Fact]
    public void WriteAnswer_HasModelUsageAndDocuments()
    {
        var request = Dialect.Parse("""{"model":"m","query":"q","documents":["a"]}""");

        var answer = Dialect.Answer(request, new RerankAnswer { RequestId = "id", Model = "m", Results = [new(0, 0.5f)], InputTokens = 9 });

        Assert.Equal(
            """{"model":"m","usage":{"prompt_tokens":9,"total_tokens":9},"results":[{"index":0,"relevance_score":0.5,"document":{"text":"a"}}]}""", answer);
    }

    [Fact]
    public void WriteAnswer_WithoutDocuments_LeavesThemOut()
    {
        var request = Dialect.Parse("""{"model":"m","query":"q","documents":["a"],"return_documents":"false"}""");

        var answer = Dialect.Answer(request, new RerankAnswer { RequestId = "id", Model = "m", Results = [new(0, 0.5f)] });

        Assert.Equal("""{"model":"m","usage":{"prompt_tokens":0,"total_tokens":0},"results":[{"index":0,"relevance_score":0.5}]}""", answer);
    }

    [Theory]
    [InlineData(RequestErrorKind.Malformed, 422)]
    [InlineData(RequestErrorKind.TooLarge, 413)]
    [InlineData(RequestErrorKind.ModelNotFound, 404)]
    [InlineData(RequestErrorKind.Overloaded, 429)]
    [InlineData(RequestErrorKind.Unavailable, 503)]
    [InlineData(RequestErrorKind.Internal, 500)]
    public void WriteError_IsADetail(RequestErrorKind kind, int status)
    {
        Assert.Equal(status, Dialect.StatusOf(kind));
        Assert.Equal("""{"detail":"why"}""", Dialect.Error(new RequestError(kind, "why")));
    }
}
