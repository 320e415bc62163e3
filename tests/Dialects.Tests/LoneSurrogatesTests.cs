using System.Text;
using System.Text.Json;
using Rerank.Contracts.Routing;

namespace Rerank.Dialects.Tests;

public sealed class LoneSurrogatesTests
{
    [Theory]
    [InlineData("""\ud83d""", "\uFFFD")]
    [InlineData("""cut \ud83d""", "cut \uFFFD")]
    [InlineData("""\uDE00 cut""", "\uFFFD cut")]
    [InlineData("""\ud83d\ud83d\ude00""", "\uFFFD\U0001F600")]
    [InlineData("""\ud83d\n""", "\uFFFD\n")]
    [InlineData("""\ud83d\ude00""", "\U0001F600")]
    [InlineData("""\\ud83d""", "\\ud83d")]
    [InlineData("""\\\ud83d""", "\\\uFFFD")]
    [InlineData("""\ud7ff\ue000""", "\ud7ff\ue000")]
    public void Parse_HalfASurrogatePair_IsRankedAsTheReplacementCharacter(string escaped, string text)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"model":"m","query":"{{escaped}}?","documents":["a","{{escaped}}",{"text":"{{escaped}}"},{"{{escaped}}k":"v"}]}""");

        var request = RerankDialects.CohereV2.Parse(body, new RequestLimits());

        Assert.Equal(text + "?", request.Query);
        Assert.Equal(["a", text, text, $"{text}k: v"], request.Documents);
    }

    [Fact]
    public void Parse_HalfASurrogatePairInAnObject_IsGivenBackAsJson()
    {
        var request = RerankDialects.CohereV1.Parse(
            Encoding.UTF8.GetBytes("""{"query":"q","documents":[{"text":"\ud83d"}],"return_documents":true}"""), new RequestLimits());

        using var answer = JsonDocument.Parse(RerankDialects.CohereV1.Answer(request, new RerankAnswer { RequestId = "id", Model = "m", Results = [new(0, 1)] }));

        Assert.Equal("\uFFFD", answer.RootElement.GetProperty("results")[0].GetProperty("document").GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("""{"query":"q","texts":["\ud83""")]
    [InlineData("""{"query":"q","texts":["\ud83g"]}""")]
    [InlineData("""{"query":"q","texts":["\""")]
    public void Parse_BrokenEscape_IsNoJson(string body) => Assert.Equal(
        RequestErrorKind.Malformed, Assert.Throws<RequestException>(() => RerankDialects.Tei.Parse(Encoding.UTF8.GetBytes(body), new RequestLimits())).Error.Kind);

    [Fact]
    public void Replace_WithoutAny_IsTheSameMemory()
    {
        ReadOnlyMemory<byte> json = """{"a":"\ud83d\ude00 \\ \n"}"""u8.ToArray();

        Assert.Equal(json, LoneSurrogates.Replace(json));
    }
}
