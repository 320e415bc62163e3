using Rerank.Contracts.Routing;

namespace Rerank.Dialects.Tests;

public sealed class VllmScoreDialectTests
{
    private static readonly Dialect Dialect = RerankDialects.VllmScore;

    [Theory]
    [InlineData("queries", "documents")]
    [InlineData("queries", "items")]
    [InlineData("data_1", "data_2")]
    [InlineData("text_1", "text_2")]
    public void Parse_EverySpelling_IsTaken(string left, string right)
    {
        var one = Dialect.Parse($$"""{"{{left}}":"q","{{right}}":"a"}""");
        var broadcast = Dialect.Parse($$"""{"{{right}}":["a",{"text":"b"}],"{{left}}":"q"}""");
        var pairs = Dialect.Parse($$"""{"{{left}}":["q","r"],"{{right}}":["a","b"]}""");

        Assert.Equal(("q", null), (one.Query, one.Queries));
        Assert.Equal(["a"], one.Documents);
        Assert.Equal(("q", null), (broadcast.Query, broadcast.Queries));
        Assert.Equal(["a", "b"], broadcast.Documents);
        Assert.Equal(["q", "r"], pairs.Queries);
    }

    [Fact]
    public void Parse_OneQueryRepeated_IsOne() => Assert.Null(Dialect.Parse("""{"queries":["q","q"],"documents":["a","b"]}""").Queries);

    [Theory]
    [InlineData("""{"queries":["q","r"],"documents":["a","b","c"]}""", RequestErrorKind.Invalid, "documents has 3 texts, but queries has 2: as many are needed, or one")]
    [InlineData("""{"text_1":["q","r"],"text_2":"a"}""", RequestErrorKind.Invalid, "text_2 has 1 texts, but text_1 has 2: as many are needed, or one")]
    [InlineData("""{"queries":[],"documents":["a"]}""", RequestErrorKind.Empty, "queries must not be empty")]
    [InlineData("""{"queries":["q"," "],"documents":["a","b"]}""", RequestErrorKind.Empty, "queries[1] must not be empty or only white space")]
    [InlineData("""{"data_1":"q"}""", RequestErrorKind.Malformed, "documents is missing; it must be an array of strings")]
    [InlineData("""{"data_2":"q"}""", RequestErrorKind.Malformed, "queries is missing; it must be an array of strings")]
    [InlineData("""{"queries":["q","r","s"],"documents":["a"]}""", RequestErrorKind.TooLarge, "queries has more than 2 entries; at most 2 are allowed")]
    public void Parse_WrongRequest_SaysWhatAndWhere(string body, RequestErrorKind kind, string message)
    {
        var error = Dialect.ParseError(body, kind == RequestErrorKind.TooLarge ? new RequestLimits { MaxDocuments = 2 } : null);

        Assert.Equal((kind, message), (error.Kind, error.Message));
    }

    [Fact]
    public void WriteAnswer_IsInTheOrderOfTheRequest()
    {
        var request = Dialect.Parse("""{"queries":"q","documents":["a","b","c"]}""");

        var answer = Dialect.Answer(request, new RerankAnswer
        {
            RequestId = "id",
            Model = "m",
            Results = [new(2, 0.75f), new(0, 0.5f), new(1, 0.25f)],
            InputTokens = 9,
            Created = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000),
        });

        Assert.Equal(
            """{"id":"score-id","object":"list","created":1700000000,"model":"m","data":[{"index":0,"object":"score","score":0.5},{"index":1,"object":"score","score":0.25},"""
            + """{"index":2,"object":"score","score":0.75}],"usage":{"prompt_tokens":9,"total_tokens":9,"completion_tokens":0}}""",
            answer);
    }
}
