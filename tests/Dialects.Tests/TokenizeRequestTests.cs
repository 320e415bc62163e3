using System.Text;
using Rerank.Contracts.Routing;

namespace Rerank.Dialects.Tests;

public sealed class TokenizeRequestTests
{
    [Theory]
    [InlineData("""{"inputs": "a"}""", "a", true)]
    [InlineData("""{"inputs": ["a", "b"], "add_special_tokens": false}""", "a,b", false)]
    [InlineData("""{"inputs": "a", "add_special_tokens": null, "prompt_name": 5}""", "a", true)]
    [InlineData("""{"inputs": "a", "model": 5, "prompt": 5}""", "a", true)]
    public void Parse_TeisRequest_TextsAndSwitch(string body, string texts, bool special)
    {
        var conversation = new TokenizeConversation();

        var request = Parse(conversation, body);

        Assert.False(conversation.IsVllm);
        Assert.Same(RerankDialects.Tei, conversation.Dialect);
        Assert.Equal(texts.Split(','), request.Texts);
        Assert.Equal(special, request.AddSpecialTokens);
        Assert.Null(request.Model);
    }

    [Theory]
    [InlineData("""{"prompt": "a"}""", null, true, false)]
    [InlineData("""{"model": "m", "prompt": "a", "add_special_tokens": false, "return_token_strs": true}""", "m", false, true)]
    [InlineData("""{"model": "", "prompt": "a", "return_token_strs": null}""", null, true, false)]
    public void Parse_VllmsRequest_PromptAndSwitches(string body, string? model, bool special, bool names)
    {
        var conversation = new TokenizeConversation();

        var request = Parse(conversation, body);

        Assert.True(conversation.IsVllm);
        Assert.Equal(["a"], request.Texts);
        Assert.Equal((model, special, names), (request.Model, request.AddSpecialTokens, request.ReturnNames));
    }

    [Theory]
    [InlineData("", RequestErrorKind.Malformed, "the body is empty")]
    [InlineData("[]", RequestErrorKind.Malformed, "an array")]
    [InlineData("""{"inputs": "a"} x""", RequestErrorKind.Malformed, "not valid JSON")]
    [InlineData("{}", RequestErrorKind.Malformed, "inputs is missing")]
    [InlineData("""{"inputs": []}""", RequestErrorKind.Empty, "inputs must not be empty")]
    [InlineData("""{"inputs": ["a", 1]}""", RequestErrorKind.Malformed, "inputs[1]")]
    [InlineData("""{"inputs": ["a", "b", "c", "d"]}""", RequestErrorKind.TooLarge, "at most 3")]
    [InlineData("""{"inputs": "a", "add_special_tokens": "maybe"}""", RequestErrorKind.Malformed, "add_special_tokens")]
    [InlineData("""{"prompt": 1}""", RequestErrorKind.Malformed, "prompt must be a string")]
    [InlineData("""{"prompt": null}""", RequestErrorKind.Malformed, "prompt is missing")]
    [InlineData("""{"messages": []}""", RequestErrorKind.Invalid, "messages is not supported")]
    [InlineData("""{"prompt": "a", "model": 1}""", RequestErrorKind.Malformed, "model must be a string")]
    public void Parse_NoSuchRequest_SaysWhatIsWrong(string body, RequestErrorKind kind, string contained)
    {
        var error = Assert.Throws<RequestException>(() => Parse(new TokenizeConversation(), body)).Error;

        Assert.Equal(kind, error.Kind);
        Assert.Contains(contained, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_BytesThatAreNoUtf8_SaysWhichText()
    {
        var body = "{\"inputs\": [\"a\", \"\u0001\"]}"u8.ToArray();
        body[^4] = 0xFF;

        var error = Assert.Throws<RequestException>(() => new TokenizeConversation().Parse(body, new RequestLimits())).Error;

        Assert.Contains("inputs[1] has text that is not valid UTF-8", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_HalfASurrogatePair_ReplacementCharacter() =>
        Assert.Equal(["a\ufffd"], Parse(new TokenizeConversation(), """{"inputs": "a\ud83d"}""").Texts);

    [Fact]
    public void All_HostRoutes_ApartFromRankingAndWithoutParameters()
    {
        Assert.All(HostRoutes.All, route => Assert.Matches("^/[a-z0-9/_-]+$", route.Pattern));
        Assert.Empty(HostRoutes.All.Select(route => route.Pattern).Intersect(RerankDialects.Routes.Select(route => route.Pattern)));
        Assert.Equal(HostRoutes.All.Count, HostRoutes.All.Select(route => route.Name).Distinct().Count());
    }

    private static TokenizeRequest Parse(TokenizeConversation conversation, string body) =>
        conversation.Parse(Encoding.UTF8.GetBytes(body), new RequestLimits { MaxDocuments = 3 });
}
