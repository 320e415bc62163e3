using System.Text;
using Rerank.Contracts.Dialects;
using Rerank.Contracts.Routing;

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

    [Theory]
    [InlineData("documents", false)]
    [InlineData("documents[0]", true)]
    public void Parse_ObjectThatIsNoUtf8_IsRefused(string name, bool nested)
    {
        var title = nested ? "[\"\u00ff\"]" : "\"\u00ff\"";
        var body = Encoding.Latin1.GetBytes($"{{\"model\":\"m\",\"query\":\"q\",\"documents\":[{{\"title\":{title}}}]}}");

        Assert.Equal($"{name} has text that is not valid Unicode", Assert.Throws<RequestException>(() => Dialect.Parse(body, new RequestLimits())).Message);
    }

    [Fact]
    public void Parse_ObjectGivenBackThatIsNoUtf8_IsRefused()
    {
        var body = Encoding.Latin1.GetBytes("{\"query\":\"q\",\"documents\":[{\"text\":\"a\",\"title\":\"\u00ff\"}],\"return_documents\":true}");

        var error = Assert.Throws<RequestException>(() => RerankDialects.CohereV1.Parse(body, new RequestLimits())).Error;

        Assert.Equal("documents[0] has text that is not valid Unicode", error.Message);
    }

    [Fact]
    public void Parse_ObjectBehindAByteOrderMark_IsFound()
    {
        var body = Encoding.UTF8.GetBytes("\uFEFF{\"model\":\"m\",\"query\":{\"text\":\"q\"},\"documents\":[{\"text\":\"é\"},{\"text\":\"b\"}]}");

        var request = Dialect.Parse(body, new RequestLimits());

        Assert.Equal("q", request.Query);
        Assert.Equal(["é", "b"], request.Documents);
    }
}
