using Rerank.Contracts.Dialects;

namespace Rerank.Contracts.Tests.Dialects;

public sealed class ScoredTextTests
{
    private static readonly RerankRequest Request = new() { Query = "q", Documents = ["a"] };

    [Fact]
    public void Check_WhatMakesNoDifference_Passes()
    {
        ScoredText.Check(Request, 0, 100, truncated: true);
        ScoredText.Check(Request with { Truncation = TruncationRule.None }, 0, 100, truncated: false);
        ScoredText.Check(Request with { Truncation = TruncationRule.Start }, 0, 100, truncated: false);
        ScoredText.Check(Request with { MaxTokensPerPair = 100 }, 0, 100, truncated: true);
    }

    [Theory]
    [InlineData(TruncationRule.None, null, true, "document 3 and the query don't fit into the model's input, and the request doesn't allow to shorten them")]
    [InlineData(TruncationRule.Start, null, true, "document 3 and the query don't fit into the model's input, and texts can only be shortened at their end (\"Right\")")]
    [InlineData(TruncationRule.End, 99, false, "document 3 and the query have 100 tokens, and they can't be shortened to the 99 of truncate_prompt_tokens")]
    public void Check_WhatMakesADifference_IsRefused(TruncationRule rule, int? perPair, bool truncated, string message)
    {
        var request = Request with { Truncation = rule, MaxTokensPerPair = perPair };

        var error = Assert.Throws<RequestException>(() => ScoredText.Check(request, 3, 100, truncated)).Error;

        Assert.Equal(new RequestError(RequestErrorKind.Invalid, message), error);
    }
}
