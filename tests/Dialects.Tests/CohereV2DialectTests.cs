
namespace Rerank.Dialects.Tests;

public sealed class CohereV2DialectTests
{
    private static readonly Dialect Dialect = RerankDialects.CohereV2;

    [Fact]
    public void Parse_LangChainRequest_IsTaken()
    {
        var request = Dialect.Parse("""{"query":"q","documents":["a","b"],"model":"rerank-v3.5","top_n":null,"max_tokens_per_doc":null,"priority":5}""");

        Assert.Equal("rerank-v3.5", request.Model);
        Assert.Equal("q", request.Query);
        Assert.Equal(["a", "b"], request.Documents);
        Assert.Null(request.TopN);
        Assert.Null(request.MaxTokensPerDocument);
        Assert.Equal(5, request.Priority);
    }

    [Fact]
    public void Parse_FieldsOfOtherDialects_AreSkippedWhateverIsInThem()
    {
        var request = Dialect.Parse("""{"model":"m","query":"q","documents":["a"],"return_documents":"perhaps","rank_fields":7,"texts":{"x":[1]},"truncate":[]}""");

        Assert.False(request.ReturnDocuments);
        Assert.Equal(["a"], request.Documents);
    }

    [Fact]
    public void Parse_ObjectsAsDocuments_AreTakenAsBifrostSendsThem() =>
        Assert.Equal(["a", "b"], Dialect.Parse("""{"model":"m","query":"q","documents":[{"text":"a","id":"1","metadata":{"k":["v"]}},{"text":"b"}]}""").Documents);

    [Theory]
    [InlineData("")]
    [InlineData("\"model\":null,")]
    [InlineData("\"model\":\"\",")]
    [InlineData("\"model\":\" \",")]
    public void Parse_WithoutAModel_LeavesTheChoiceToTheServerInEveryDialect(string model)
    {
        foreach (var dialect in new[] { Dialect, RerankDialects.CohereV1, RerankDialects.Jina, RerankDialects.Vllm, RerankDialects.Infinity, RerankDialects.Voyage })
            Assert.Null(dialect.Parse($$"""{{{model}}"query":"q","documents":["a"]}""").Model);
    }

    [Theory]
    [InlineData("3", 3)]
    [InlineData("\"3\"", 3)]
    [InlineData("3.0", 3)]
    [InlineData("3e2", 300)]
    public void Parse_IntegerSpellings_AreTaken(string value, int expected) =>
        Assert.Equal(expected, Dialect.Parse($$"""{"model":"m","query":"q","documents":[{"text":"a"}],"top_n":{{value}}}""").TopN);

    [Theory]
    [InlineData("""{"model":"m","documents":["a"]}""", RequestErrorKind.Empty, "invalid request: query must not be empty or be only whitespace: query is missing")]
    [InlineData("""{"model":"m","query":"q","documents":[]}""", RequestErrorKind.Empty, "invalid request: list of documents must not be empty")]
    [InlineData("""{"model":"m","query":"q","documents":null}""", RequestErrorKind.Empty, "invalid request: list of documents must not be empty: documents is missing")]
    [InlineData("""{"model":"m","query":"q"}""", RequestErrorKind.Empty, "invalid request: list of documents must not be empty: documents is missing")]
    [InlineData("""{"model":"m","query":"q","documents":["a"],"top_n":0}""", RequestErrorKind.Invalid, "invalid request: top_n must be at least 1, not 0")]
    [InlineData("""{"model":"m","query":"q","documents":["a"],"top_n":3000000000}""", RequestErrorKind.Invalid, "top_n must be at most 2147483647, not 3000000000")]
    [InlineData("""{"model":"m","query":"q","documents":["a"],"max_tokens_per_doc":0}""", RequestErrorKind.Invalid, "invalid request: max_tokens_per_doc must be at least 1, not 0")]
    [InlineData("""{"model":"m","query":"q","documents":["a"],"priority":1000}""", RequestErrorKind.Invalid, "invalid request: priority must be at least 0 and at most 999, not 1000")]
    [InlineData("""{"model":"m","query":"q","documents":["a"],"top_n":1.5}""", RequestErrorKind.Malformed, "top_n must be an integer, not 1.5")]
    [InlineData("""{"model":"m","query":"q","documents":["a"],"top_n":[1]}""", RequestErrorKind.Malformed, "top_n must be an integer, not an array")]
    public void Parse_WrongRequest_SaysWhatAndWhere(string body, RequestErrorKind kind, string message)
    {
        var error = Dialect.ParseError(body);

        Assert.Equal(kind, error.Kind);
        Assert.Equal(message, error.Message);
    }

    [Fact]
    public void WriteAnswer_HasIdResultsAndMeta()
    {
        var request = Dialect.Parse($$"""{"model":"m","query":"q","documents":[{{string.Join(',', Enumerable.Repeat("\"a\"", 101))}}]}""");

        var answer = Dialect.Answer(request, new RerankAnswer { RequestId = "id", Model = "m", Results = [new(7, 0.25f)], InputTokens = 12 });

        Assert.Equal(
            """{"id":"id","results":[{"index":7,"relevance_score":0.25}],"meta":{"api_version":{"version":"2"},"billed_units":{"search_units":2},"tokens":{"input_tokens":12}}}""",
            answer);
    }

    [Fact]
    public void WriteError_ShowsTheIdWhenThereIsOne()
    {
        Assert.Equal("""{"message":"why"}""", Dialect.Error(new RequestError(RequestErrorKind.Internal, "why")));
        Assert.Equal("""{"id":"x","message":"why"}""", Dialect.Error(new RequestError(RequestErrorKind.Internal, "why") { RequestId = "x" }));
    }

    [Theory]
    [InlineData(RequestErrorKind.Empty, 400)]
    [InlineData(RequestErrorKind.Invalid, 400)]
    [InlineData(RequestErrorKind.ModelNotFound, 404)]
    [InlineData(RequestErrorKind.TooLarge, 413)]
    [InlineData(RequestErrorKind.Overloaded, 429)]
    [InlineData(RequestErrorKind.Internal, 500)]
    [InlineData(RequestErrorKind.Unavailable, 503)]
    [InlineData(RequestErrorKind.DeadlineExceeded, 504)]
    public void StatusOf_IsCoheres(RequestErrorKind kind, int status) => Assert.Equal(status, Dialect.StatusOf(kind));
}
