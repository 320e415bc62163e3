using System.Text;
using Rerank.Contracts.Dialects;

namespace Rerank.Contracts.Tests.Dialects;

public sealed class DocumentTextTests
{
    private static readonly Dialect Dialect = RerankDialects.CohereV2;

    [Theory]
    [InlineData("""{"content":"c","text":"t"}""", "t")]
    [InlineData("""{"text":null,"content":"c"}""", "c")]
    [InlineData("""{"content":"c","title":"x"}""", "c")]
    [InlineData("""{"te\u0078t":"t"}""", "t")]
    [InlineData("""{"title":"T","year":1999,"good":true,"none":null,"tags":["a", "b"],"nested":{"k":1}}""", "title: T\nyear: 1999\ngood: true\ntags: [\"a\", \"b\"]\nnested: {\"k\":1}")]
    [InlineData("""{"text":""}""", "")]
    public void Parse_Object_HasTheTextThatComesFirstInTheRules(string document, string text) =>
        Assert.Equal([text, "last"], Dialect.Parse($$"""{"model":"m","query":"q","documents":[{{document}},"last"]}""").Documents);

    [Fact]
    public void Parse_ObjectBehindAByteOrderMark_IsFound()
    {
        var body = Encoding.UTF8.GetBytes("\uFEFF{\"model\":\"m\",\"query\":{\"text\":\"q\"},\"documents\":[{\"text\":\"é\"},{\"text\":\"b\"}]}");

        var request = Dialect.Parse(body, new Contracts.Routing.RequestLimits());

        Assert.Equal("q", request.Query);
        Assert.Equal(["é", "b"], request.Documents);
    }
}
