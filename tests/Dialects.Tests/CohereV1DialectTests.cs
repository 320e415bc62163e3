
namespace Rerank.Dialects.Tests;

public sealed class CohereV1DialectTests
{
    private static readonly Dialect Dialect = RerankDialects.CohereV1;

    [Fact]
    public void Parse_WithoutModel_HasDefaults()
    {
        var request = Dialect.Parse("""{"query":"q","documents":["a",{"text":"b"}]}""");

        Assert.Null(request.Model);
        Assert.Equal(["a", "b"], request.Documents);
        Assert.False(request.ReturnDocuments);
        Assert.Null(request.DocumentObjects);
        Assert.Null(request.MaxChunksPerDocument);
    }

    [Fact]
    public void Parse_RankFieldsAfterTheDocuments_DecideWhatIsRanked()
    {
        var request = Dialect.Parse("""{"query":"q","documents":["s",{"title":"T","text":"x","year":1999},{"year":2000}],"rank_fields":["year","title"]}""");

        Assert.Equal(["s", "year: 1999\ntitle: T", "year: 2000"], request.Documents);
    }

    [Theory]
    [InlineData("""{"query":"q","documents":[]}""", RequestErrorKind.Empty, "invalid request: list of documents must not be empty")]
    [InlineData("""{"query":"","documents":["a"]}""", RequestErrorKind.Empty, "invalid request: query must not be empty or be only whitespace")]
    [InlineData("""{"query":"q","documents":["a"],"rank_fields":[]}""", RequestErrorKind.Invalid, "invalid request: rank_fields cannot be empty, name a field or leave it out")]
    [InlineData("""{"query":"q","documents":[{"a":"b"}],"rank_fields":["x","y"]}""", RequestErrorKind.Invalid, "documents[0] has no text: it has none of the rank_fields: x, y")]
    [InlineData("""{"query":"q","documents":["a"],"rank_fields":[1]}""", RequestErrorKind.Malformed, "rank_fields[0] must be a string, not 1")]
    [InlineData("""{"query":"q","documents":["a"],"max_chunks_per_doc":0}""", RequestErrorKind.Invalid, "invalid request: max_chunks_per_doc must be at least 1, not 0")]
    public void Parse_WrongRequest_SaysWhatAndWhere(string body, RequestErrorKind kind, string message)
    {
        var error = Dialect.ParseError(body);

        Assert.Equal((kind, message), (error.Kind, error.Message));
    }

    [Fact]
    public void WriteAnswer_ReturnsObjectsAsTheyWereSent()
    {
        var request = Dialect.Parse("""{"query":"q","documents":["a",{"text":"b", "id":7}],"return_documents":true}""");

        var answer = Dialect.Answer(request, new RerankAnswer { RequestId = "id", Model = "m", Results = [new(1, 0.5f), new(0, 0.25f)], InputTokens = 9 });

        Assert.Equal(
            """
            {"id":"id","results":[{"index":1,"relevance_score":0.5,"document":{"text":"b", "id":7}},{"index":0,"relevance_score":0.25,"document":{"text":"a"}}],"meta":{"api_version":{"version":"1"},"billed_units":{"search_units":1},"tokens":{"input_tokens":9,"output_tokens":0}}}
            """,
            answer);
    }
}
