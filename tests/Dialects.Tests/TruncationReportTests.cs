
namespace Rerank.Dialects.Tests;

public sealed class TruncationReportTests
{
    private static readonly RankedDocument Cut = new(1, 0.5f) { Tokens = 512, TotalTokens = 1300, Truncated = true };
    private static readonly RankedDocument Whole = new(0, 0.25f) { Tokens = 9, TotalTokens = 9 };

    public static TheoryData<string, string, string, string> Dialects => new()
    {
        {
            "/rerank", """{"query":"q","texts":["a","b"],"return_text":true}""",
            """[{"index":1,"score":0.5,"text":"b"CUT},{"index":0,"score":0.25,"text":"a"WHOLE}]""", ""
        },
        {
            "/v1/rerank", """{"query":"q","documents":["a","b"],"return_documents":true}""",
            """{"id":"i","results":[{"index":1,"relevance_score":0.5,"document":{"text":"b"}CUT},{"index":0,"relevance_score":0.25,"document":{"text":"a"}WHOLE}],"meta":""",
            """{"api_version":{"version":"1"},"billed_units":{"search_units":1},"tokens":{"input_tokens":0,"output_tokens":0}}}"""
        },
        {
            "/v2/rerank", """{"model":"m","query":"q","documents":["a","b"]}""",
            """{"id":"i","results":[{"index":1,"relevance_score":0.5CUT},{"index":0,"relevance_score":0.25WHOLE}],"meta":""",
            """{"api_version":{"version":"2"},"billed_units":{"search_units":1},"tokens":{"input_tokens":0}}}"""
        },
        {
            "/v1/rerank", """{"model":"m","query":"q","documents":["a","b"],"return_documents":false}""",
            """{"model":"m","usage":{"prompt_tokens":0,"total_tokens":0},"results":[{"index":1,"relevance_score":0.5CUT},{"index":0,"relevance_score":0.25WHOLE}]}""", ""
        },
        {
            "/rerank", """{"model":"m","query":"q","documents":["a","b"]}""",
            """{"id":"rerank-i","model":"m","usage":{"prompt_tokens":0,"total_tokens":0},"results":[{"index":1,"document":{"text":"b"},"relevance_score":0.5CUT},""",
            """{"index":0,"document":{"text":"a"},"relevance_score":0.25WHOLE}]}"""
        },
        {
            "/score", """{"text_1":"q","text_2":["a","b"]}""",
            """{"id":"score-i","object":"list","created":0,"model":"m","data":[{"index":0,"object":"score","score":0.25WHOLE},{"index":1,"object":"score","score":0.5CUT}],"usage":""",
            """{"prompt_tokens":0,"total_tokens":0,"completion_tokens":0}}"""
        },
        {
            "/rerank", """{"query":"q","documents":["a","b"],"raw_scores":false}""",
            """{"object":"rerank","results":[{"relevance_score":0.5,"index":1CUT},{"relevance_score":0.25,"index":0WHOLE}],"model":"m","usage":""",
            """{"prompt_tokens":0,"total_tokens":0},"id":"infinity-i","created":0}"""
        },
        {
            "/v1/rerank", """{"model":"m","query":"q","documents":["a","b"],"top_k":2}""",
            """{"object":"list","data":[{"relevance_score":0.5,"index":1CUT},{"relevance_score":0.25,"index":0WHOLE}],"model":"m","usage":{"total_tokens":0}}""", ""
        },
        {
            "/v1/ranking", """{"query":{"text":"q"},"passages":[{"text":"a"},{"text":"b"}]}""",
            """{"rankings":[{"index":1,"logit":0.5CUT},{"index":0,"logit":0.25WHOLE}],"usage":{"prompt_tokens":0,"total_tokens":0}}""", ""
        },
    };

    [Theory]
    [MemberData(nameof(Dialects))]
    public void WriteAnswer_SaysOfEveryResultWhatTheReportIsAbout(string path, string body, string start, string end)
    {
        const string OfCut = ""","truncated":true,"tokens":512,"total_tokens":1300""";
        const string OfWhole = ""","truncated":false,"tokens":9,"total_tokens":9""";
        var conversation = RerankDialects.Routes.Single(route => route.Pattern == path).Begin();
        var request = conversation.Parse(System.Text.Encoding.UTF8.GetBytes(body), new());

        Assert.Equal(Expected("", ""), Answer(TruncationReport.None, Cut, Whole));
        Assert.Equal(Expected(OfCut, ""), Answer(TruncationReport.Cut, Cut, Whole));
        Assert.Equal(Expected(OfCut, OfWhole), Answer(TruncationReport.All, Cut, Whole));

        string Answer(TruncationReport report, params RankedDocument[] results) => conversation.Dialect.Answer(
            request, new RerankAnswer { RequestId = "i", Model = "m", Results = results, Created = DateTimeOffset.UnixEpoch, TruncationReport = report });

        string Expected(string cut, string whole) =>
            (start + end).Replace("CUT", cut, StringComparison.Ordinal).Replace("WHOLE", whole, StringComparison.Ordinal);
    }

    [Fact]
    public void WriteAnswer_WhatIsNotKnown_IsLeftOut()
    {
        var request = RerankDialects.Tei.Parse("""{"query":"q","texts":["a","b"]}""");

        var answer = RerankDialects.Tei.Answer(request, new RerankAnswer
        {
            RequestId = "i",
            Model = "m",
            Results = [new(1, 0.5f) { Tokens = 512, Truncated = true }, new(0, 0)],
            TruncationReport = TruncationReport.All,
        });

        Assert.Equal("""[{"index":1,"score":0.5,"truncated":true,"tokens":512},{"index":0,"score":0}]""", answer);
    }

    [Theory]
    [InlineData(null, TruncationReport.Cut)]
    [InlineData("", TruncationReport.Cut)]
    [InlineData("cut", TruncationReport.Cut)]
    [InlineData(" All ", TruncationReport.All)]
    [InlineData("NONE", TruncationReport.None)]
    public void Parse_Value_IsTaken(string? value, TruncationReport expected) => Assert.Equal(expected, TruncationReports.Parse(value));

    [Fact]
    public void Parse_AnythingElse_SaysWhatIsAllowed()
    {
        var error = Assert.Throws<RequestException>(() => TruncationReports.Parse("yes")).Error;

        Assert.Equal(new RequestError(RequestErrorKind.Invalid, "header X-Rerank-Truncation-Report must be \"cut\", \"all\" or \"none\""), error);
    }
}
