
namespace Rerank.Dialects.Tests;

public sealed class VllmRerankDialectTests
{
    private static readonly Dialect Dialect = RerankDialects.Vllm;

    [Fact]
    public void Parse_OneDocument_IsAList() => Assert.Equal(["a"], Dialect.Parse("""{"query":"q","documents":"a"}""").Documents);

    [Fact]
    public void Parse_ContentParts_AreTheDocument() =>
        Assert.Equal(["a\nb"], Dialect.Parse("""{"query":"q","documents":[{"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]}""").Documents);

    [Fact]
    public void Parse_ZeroAndMinusOne_MeanNoLimit()
    {
        var request = Dialect.Parse("""{"query":"q","documents":["a"],"top_n":0,"max_tokens_per_doc":0,"max_tokens_per_query":0,"truncate_prompt_tokens":-1}""");

        Assert.Null(request.TopN);
        Assert.Null(request.MaxTokensPerDocument);
        Assert.Null(request.MaxTokensPerQuery);
        Assert.Null(request.MaxTokensPerPair);
        Assert.Equal(TruncationRule.End, request.Truncation);
        Assert.True(request.ReturnDocuments);
    }

    [Fact]
    public void Parse_Limits_AreKept()
    {
        var request = Dialect.Parse(
            """{"query":"q","documents":["a"],"max_tokens_per_doc":5,"max_tokens_per_query":4,"truncate_prompt_tokens":12,"truncation_side":"left","priority":-3,"use_activation":false}""");

        Assert.Equal(5, request.MaxTokensPerDocument);
        Assert.Equal(4, request.MaxTokensPerQuery);
        Assert.Equal(12, request.MaxTokensPerPair);
        Assert.Equal(TruncationRule.Start, request.Truncation);
        Assert.Equal(-3, request.Priority);
        Assert.True(request.RawScores);
    }

    [Theory]
    [InlineData("""{"query":"q","documents":["a"],"top_n":-1}""", "top_n", "top_n must be at least 0, not -1")]
    [InlineData("""{"query":"q","documents":["a"],"truncate_prompt_tokens":0}""", "truncate_prompt_tokens", "truncate_prompt_tokens must be -1 or at least 1, not 0")]
    [InlineData("""{"query":"q","documents":[{"content":[{"type":"image_url","image_url":{"url":"x"}}]}]}""", "documents", "documents[0].content[0] has no text: only text can be ranked")]
    [InlineData("""{"query":"q"}""", "documents", "documents is missing; it must be an array of strings")]
    [InlineData("""{"query":[1],"documents":["a"]}""", "query", "query must be a string, not an array")]
    public void WriteError_NamesTheField(string body, string field, string message)
    {
        var error = Dialect.ParseError(body);

        Assert.Equal(400, Dialect.StatusOf(error.Kind));
        Assert.Equal($$$"""{"error":{"message":"{{{message}}}","type":"BadRequestError","param":"{{{field}}}","code":400}}""", Dialect.Error(error));
    }

    [Theory]
    [InlineData(RequestErrorKind.ModelNotFound, "NotFoundError", 404)]
    [InlineData(RequestErrorKind.TooLarge, "BadRequestError", 413)]
    [InlineData(RequestErrorKind.Overloaded, "RateLimitError", 429)]
    [InlineData(RequestErrorKind.Internal, "InternalServerError", 500)]
    [InlineData(RequestErrorKind.Unavailable, "ServiceUnavailableError", 503)]
    [InlineData(RequestErrorKind.DeadlineExceeded, "TimeoutError", 504)]
    public void WriteError_HasTypeAndCode(RequestErrorKind kind, string type, int status)
    {
        Assert.Equal(status, Dialect.StatusOf(kind));
        Assert.Equal($$$"""{"error":{"message":"why","type":"{{{type}}}","code":{{{status}}}}}""", Dialect.Error(new RequestError(kind, "why")));
    }

    [Fact]
    public void WriteAnswer_HasDocumentsUnlessTheyAreNotWanted()
    {
        var answer = new RerankAnswer { RequestId = "id", Model = "m", Results = [new(0, 0.5f)], InputTokens = 9 };

        Assert.Equal(
            """{"id":"rerank-id","model":"m","usage":{"prompt_tokens":9,"total_tokens":9},"results":[{"index":0,"document":{"text":"a"},"relevance_score":0.5}]}""",
            Dialect.Answer(Dialect.Parse("""{"query":"q","documents":["a"]}"""), answer));
        Assert.Equal(
            """{"id":"rerank-id","model":"m","usage":{"prompt_tokens":9,"total_tokens":9},"results":[{"index":0,"relevance_score":0.5}]}""",
            Dialect.Answer(Dialect.Parse("""{"query":"q","documents":["a"],"return_documents":false}"""), answer));
    }
}
