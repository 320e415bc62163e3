
namespace Rerank.Dialects.Tests;

public sealed class ScoredTextTests
{
    private static readonly RerankRequest Request = new() { Query = "q", Documents = ["a"] };

    [Fact]
    public void Check_WhatMakesNoDifference_Passes()
    {
        ScoredText.Check(Request, 0, 100, 200, truncated: true);
        ScoredText.Check(Request with { Truncation = TruncationRule.None }, 0, 100, 100, truncated: false);
        ScoredText.Check(Request with { Truncation = TruncationRule.Start }, 0, 100, 100, truncated: false);
        ScoredText.Check(Request with { MaxTokensPerPair = 100 }, 0, 100, 200, truncated: true);
    }

    [Fact]
    public void Check_PartOfARequest_NamesTheDocumentAsTheCallerCounts()
    {
        var request = new RerankRequest { Query = "a", Queries = ["a", "b", "a"], Documents = ["1", "2", "3"], Truncation = TruncationRule.None };
        var part = QueryGroups.Of(request)[0].Request;

        var error = Assert.Throws<RequestException>(() => ScoredText.Check(part, 1, 100, 300, truncated: true)).Error;

        Assert.StartsWith("document 2 and the query", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TruncationRule.None, null, 300, true, "document 3 and the query have 300 tokens, of which the model can be given 100, and the request doesn't allow to shorten them")]
    [InlineData(TruncationRule.None, null, 0, true, "document 3 and the query have more than the 100 tokens that the model can be given, and the request doesn't allow to shorten them")]
    [InlineData(TruncationRule.Start, null, 300, true, "document 3 and the query have 300 tokens, of which the model can be given 100, and texts can only be shortened at their end (\"Right\")")]
    [InlineData(TruncationRule.End, 99, 100, false, "document 3 and the query have 100 tokens, and they can't be shortened to the 99 of truncate_prompt_tokens")]
    public void Check_WhatMakesADifference_IsRefused(TruncationRule rule, int? perPair, int total, bool truncated, string message)
    {
        var request = Request with { Truncation = rule, MaxTokensPerPair = perPair };

        var error = Assert.Throws<RequestException>(() => ScoredText.Check(request, 3, 100, total, truncated)).Error;

        Assert.Equal(new RequestError(RequestErrorKind.Invalid, message) { Document = 3 }, error);
    }
}
