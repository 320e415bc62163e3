using Rerank.Contracts.Routing;

namespace Rerank.Dialects.Tests;

public sealed class TeiDialectTests
{
    private static readonly Dialect Dialect = RerankDialects.Tei;

    [Fact]
    public void Parse_MinimalRequest_HasDefaults()
    {
        var request = Dialect.Parse("""{"query":"q","texts":["a","b"]}""");

        Assert.Equal("q", request.Query);
        Assert.Equal(["a", "b"], request.Documents);
        Assert.True(request.Truncate);
        Assert.False(request.RawScores);
        Assert.False(request.ReturnDocuments);
        Assert.Null(request.TopN);
    }

    [Fact]
    public void Parse_HaystackRequest_IsTaken()
    {
        var request = Dialect.Parse(
            """{"query":"q","texts":["a"],"raw_scores":true,"truncate":null,"truncation_direction":"Right","return_text":"true","top_n":3,"model":{"x":[1]}}""");

        Assert.True(request.RawScores);
        Assert.True(request.ReturnDocuments);
        Assert.True(request.Truncate);
    }

    [Theory]
    [InlineData("", TruncationRule.End)]
    [InlineData(""","truncate":true""", TruncationRule.End)]
    [InlineData(""","truncate":false""", TruncationRule.None)]
    [InlineData(""","truncation_direction":"left" """, TruncationRule.Start)]
    [InlineData(""","truncate":true,"truncation_direction":"Left" """, TruncationRule.Start)]
    [InlineData(""","truncate":"false","truncation_direction":"Left" """, TruncationRule.None)]
    public void Parse_Truncation_IsKept(string fields, TruncationRule expected) =>
        Assert.Equal(expected, Dialect.Parse($$"""{"query":"q","texts":["a"]{{fields}}}""").Truncation);

    [Fact]
    public void Parse_ObjectsAsTexts_TakesTheirText() =>
        Assert.Equal(["a", "b"], Dialect.Parse("""{"query":"q","texts":[{"text":"a","id":1},{"content":"b"}]}""").Documents);

    [Theory]
    [InlineData("1", true)]
    [InlineData("0", false)]
    [InlineData("\"True\"", true)]
    [InlineData("\"false\"", false)]
    [InlineData("null", false)]
    public void Parse_BooleanSpellings_AreTaken(string value, bool expected) =>
        Assert.Equal(expected, Dialect.Parse($$"""{"query":"q","texts":["a"],"raw_scores":{{value}}}""").RawScores);

    [Theory]
    [InlineData("", RequestErrorKind.Malformed, "the body is empty; a JSON object is expected")]
    [InlineData("[1]", RequestErrorKind.Malformed, "the body must be a JSON object, not an array")]
    [InlineData("{\"query\":", RequestErrorKind.Malformed, "the body is not valid JSON (line 1, byte 10)")]
    [InlineData("""{"query":"q","texts":["a"]} x""", RequestErrorKind.Malformed, "the body is not valid JSON (line 1, byte 29)")]
    [InlineData("""{"query":5,"texts":["a"]}""", RequestErrorKind.Malformed, "query must be a string, not 5")]
    [InlineData("""{"texts":["a"]}""", RequestErrorKind.Malformed, "query is missing; it must be a string")]
    [InlineData("""{"query":"q"}""", RequestErrorKind.Malformed, "texts is missing; it must be an array of strings")]
    [InlineData("""{"query":"q","texts":"a"}""", RequestErrorKind.Malformed, "texts must be an array, not \"a\"")]
    [InlineData("""{"query":"q","texts":["a",null]}""", RequestErrorKind.Malformed, "texts[1] must be a string or an object with \"text\", not null")]
    [InlineData("""{"query":"q","texts":["a",{"t":null}]}""", RequestErrorKind.Invalid, "texts[1] has no text: put it into \"text\"")]
    [InlineData("""{"query":"q","texts":["a",{"text":1}]}""", RequestErrorKind.Malformed, "texts[1].text must be a string, not 1")]
    [InlineData("""{"query":" \n","texts":["a"]}""", RequestErrorKind.Empty, "query must not be empty or only white space")]
    [InlineData("""{"query":"q","texts":[]}""", RequestErrorKind.Empty, "texts must not be empty")]
    [InlineData("""{"query":"q","texts":["a"],"raw_scores":"perhaps"}""", RequestErrorKind.Malformed, "raw_scores must be true or false, not \"perhaps\"")]
    [InlineData("""{"query":"q","texts":["a"],"truncation_direction":"up"}""", RequestErrorKind.Invalid, "truncation_direction must be \"Right\" or \"Left\", not \"up\"")]
    public void Parse_WrongRequest_SaysWhatAndWhere(string body, RequestErrorKind kind, string message)
    {
        var error = Dialect.ParseError(body);

        Assert.Equal(kind, error.Kind);
        Assert.Equal(message, error.Message);
    }

    [Fact]
    public void Parse_MoreThanAllowed_IsTooLarge()
    {
        var documents = Dialect.ParseError("""{"query":"q","texts":["a","b","c"]}""", new RequestLimits { MaxDocuments = 2 });
        var bytes = Dialect.ParseError("""{"query":"q","texts":["a"]}""", new RequestLimits { MaxBodyBytes = 10 });

        Assert.Equal(new RequestError(RequestErrorKind.TooLarge, "texts has more than 2 entries; at most 2 are allowed") { Field = "texts" }, documents);
        Assert.Equal(new RequestError(RequestErrorKind.TooLarge, "the body has 27 bytes; at most 10 are allowed"), bytes);
    }

    [Fact]
    public void Parse_ByteOrderMark_IsSkipped() => Assert.Equal("q", Dialect.Parse("\uFEFF{\"query\":\"q\",\"texts\":[\"a\"]}").Query);

    [Fact]
    public void WriteAnswer_IsABareArrayWithShortestScores()
    {
        var request = Dialect.Parse("""{"query":"q","texts":["a","é\"<"],"return_text":true}""");

        var answer = Dialect.Answer(request, new RerankAnswer { RequestId = "id", Model = "m", Results = [new(1, 0.9f), new(0, 0.1f)] });

        Assert.Equal("""[{"index":1,"score":0.9,"text":"é\"<"},{"index":0,"score":0.1,"text":"a"}]""", answer);
    }

    [Theory]
    [InlineData(RequestErrorKind.Empty, 400, "Empty")]
    [InlineData(RequestErrorKind.Malformed, 400, "Validation")]
    [InlineData(RequestErrorKind.Invalid, 422, "Validation")]
    [InlineData(RequestErrorKind.TooLarge, 413, "Validation")]
    [InlineData(RequestErrorKind.Overloaded, 429, "Overloaded")]
    [InlineData(RequestErrorKind.Unavailable, 503, "Unhealthy")]
    [InlineData(RequestErrorKind.DeadlineExceeded, 504, "Backend")]
    [InlineData(RequestErrorKind.Internal, 424, "Backend")]
    public void WriteError_HasTypeAndStatus(RequestErrorKind kind, int status, string type)
    {
        Assert.Equal(status, Dialect.StatusOf(kind));
        Assert.Equal($$"""{"error":"why","error_type":"{{type}}"}""", Dialect.Error(new RequestError(kind, "why")));
    }
}
