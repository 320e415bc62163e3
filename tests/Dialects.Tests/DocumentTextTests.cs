using System.Diagnostics;
using System.Text;
using Rerank.Contracts.Routing;

namespace Rerank.Dialects.Tests;

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
    [InlineData("{\"title\":\"\u00ff\"}")]
    [InlineData("{\"title\":[\"\u00ff\"]}")]
    [InlineData("{\"text\":\"\u00ff\"}")]
    [InlineData("{\"content\":[{\"text\":\"\u00ff\"}]}")]
    [InlineData("{\"\u00ff\":\"\"}")]
    [InlineData("\"\u00ff\"")]
    public void Parse_DocumentThatIsNoUtf8_IsRefusedByItsIndex(string document)
    {
        var body = Encoding.Latin1.GetBytes($"{{\"model\":\"m\",\"query\":\"q\",\"documents\":[\"a\",{document}]}}");

        Assert.Equal("documents[1] has text that is not valid UTF-8", Assert.Throws<RequestException>(() => Dialect.Parse(body, new RequestLimits())).Message);
    }

    [Fact]
    public void Parse_ObjectGivenBackThatIsNoUtf8_IsRefused()
    {
        var body = Encoding.Latin1.GetBytes("{\"query\":\"q\",\"documents\":[{\"text\":\"a\",\"title\":\"\u00ff\"}],\"return_documents\":true}");

        var error = Assert.Throws<RequestException>(() => RerankDialects.CohereV1.Parse(body, new RequestLimits())).Error;

        Assert.Equal("documents[0] has text that is not valid UTF-8", error.Message);
    }

    [Fact]
    public void Parse_ObjectBehindAByteOrderMark_IsFound()
    {
        var body = Encoding.UTF8.GetBytes("\uFEFF{\"model\":\"m\",\"query\":{\"text\":\"q\"},\"documents\":[{\"text\":\"é\"},{\"text\":\"b\"}]}");

        var request = Dialect.Parse(body, new RequestLimits());

        Assert.Equal("q", request.Query);
        Assert.Equal(["é", "b"], request.Documents);
    }

    [Fact]
    public void Parse_ManyRankFieldsAndMembers_TakesTimeByTheirSumOnly()
    {
        const int Fields = 100, Members = 200_000;
        var names = string.Join(',', Enumerable.Range(0, Fields).Select(i => $"\"wanted {i}\""));
        var members = string.Join(',', Enumerable.Range(0, Members).Select(i => $"\"member{i}\":0"));
        var few = Encoding.UTF8.GetBytes($$"""{"query":"q","rank_fields":["wanted 0"],"documents":[{"wanted 0":"x",{{members}}}]}""");
        var many = Encoding.UTF8.GetBytes($$"""{"query":"q","rank_fields":[{{names}}],"documents":[{"wanted 0":"x",{{members}}}]}""");
        Time(many);

        var (one, hundred) = (Enumerable.Range(0, 5).Min(_ => Time(few)), Enumerable.Range(0, 5).Min(_ => Time(many)));

        Assert.True(hundred < 5 * one, $"{hundred} with {Fields} fields, {one} with one");

        static TimeSpan Time(byte[] body)
        {
            var watch = Stopwatch.StartNew();
            Assert.StartsWith("x", RerankDialects.CohereV1.Parse(body, new RequestLimits()).Documents[0].Replace("wanted 0: ", "", StringComparison.Ordinal), StringComparison.Ordinal);
            return watch.Elapsed;
        }
    }

    [Theory]
    [InlineData("""["b","a"]""", """{"a":"1","b":"2","c":"3"}""", "b: 2\na: 1")]
    [InlineData("""["a","b","a"]""", """{"a":"1","b":"2"}""", "a: 1\nb: 2")]
    [InlineData("""["a"]""", """{"\u0061":"1","aa":"2"}""", "1")]
    [InlineData("""["é"]""", """{"é":"1"}""", "1")]
    [InlineData("""["n","x"]""", """{"n":[1, 2],"x":null}""", "n: [1, 2]")]
    public void Parse_RankFields_GiveTheirValuesInTheirOrder(string fields, string document, string text) => Assert.Equal(
        [text], RerankDialects.CohereV1.Parse(Encoding.UTF8.GetBytes($$"""{"query":"q","rank_fields":{{fields}},"documents":[{{document}}]}"""), new RequestLimits()).Documents);
}
