
namespace Rerank.Dialects.Tests;

public sealed class VoyageDialectTests
{
    private static readonly Dialect Dialect = RerankDialects.Voyage;

    [Fact]
    public void WriteAnswer_IsData()
    {
        var request = Dialect.Parse("""{"query":"q","documents":["a","b"],"model":"rerank-2","top_k":1,"truncation":true,"return_documents":true}""");

        var answer = Dialect.Answer(request, new RerankAnswer { RequestId = "id", Model = "m", Results = [new(0, 0.5f)], InputTokens = 9 });

        Assert.Equal(1, request.TopN);
        Assert.Equal("""{"object":"list","data":[{"relevance_score":0.5,"index":0,"document":"a"}],"model":"m","usage":{"total_tokens":9}}""", answer);
    }

    [Theory]
    [InlineData("""{"query":"q","documents":["a"],"top_k":0}""", "top_k must be at least 1, not 0")]
    [InlineData("""{"query":"q","documents":[7]}""", "documents[0] must be a string or an object with \"text\", not 7")]
    public void Parse_WrongRequest_SaysWhatAndWhere(string body, string message)
    {
        var error = Dialect.ParseError(body);

        Assert.Equal((400, message), (Dialect.StatusOf(error.Kind), error.Message));
    }

    [Fact]
    public void Parse_TruncationOff_IsKept() =>
        Assert.Equal(TruncationRule.None, Dialect.Parse("""{"query":"q","documents":["a"],"top_k":null,"truncation":false}""").Truncation);
}
