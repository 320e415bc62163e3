using System.Text;
using Rerank.Contracts.Routing;

namespace Rerank.Dialects.Tests;

public sealed class RerankRouteTests
{
    [Theory]
    [InlineData("/rerank", """{"query":"q","texts":["a"],"top_n":1,"model":"m"}""", "tei")]
    [InlineData("/rerank", """{"query":"q","texts":["a"],"documents":["a"]}""", "tei")]
    [InlineData("/rerank", """{"query":"q","documents":["a"]}""", "vllm")]
    [InlineData("/rerank", """{"query":"q","documents":["a"],"model":"m","top_n":3,"return_documents":true}""", "vllm")]
    [InlineData("/rerank", """{"query":"q","documents":["a"],"max_tokens_per_doc":3}""", "vllm")]
    [InlineData("/rerank", """{"query":"q","documents":["a"],"raw_scores":false}""", "infinity")]
    [InlineData("/rerank", """{"query":"q","documents":["a"],"model":"default/not-specified"}""", "infinity")]
    [InlineData("/rerank", """{"query":"q","documents":["a"],"rank_fields":["a"]}""", "cohere-v1")]
    [InlineData("/rerank", """{"query":"q","documents":["a"],"rank_fields":["a"],"truncation_side":null}""", "vllm")]
    [InlineData("/rerank", """{"query":"q","documents":["a"],"top_k":1}""", "voyage")]
    [InlineData("/", """{"query":"q","texts":["a"]}""", "tei")]
    [InlineData("/invocations", """{"query":"q","texts":["a"]}""", "tei")]
    [InlineData("/v1/rerank", """{"model":"m","query":"q","documents":["a"],"top_n":1}""", "jina")]
    [InlineData("/v1/rerank", """{"model":"m","query":"q","documents":["a"],"return_documents":true}""", "jina")]
    [InlineData("/v1/rerank", """{"model":"m","query":"q","documents":["a"],"top_n":1,"truncation":true}""", "jina")]
    [InlineData("/v1/rerank", """{"query":"q","documents":["a"]}""", "cohere-v1")]
    [InlineData("/v1/rerank", """{"model":"m","query":"q","documents":["a"],"max_chunks_per_doc":null}""", "cohere-v1")]
    [InlineData("/v1/rerank", """{"model":"m","query":"q","documents":["a"],"return_len":"true"}""", "cohere-v1")]
    [InlineData("/v1/rerank", """{"model":"m","query":"q","documents":["a"],"overlap_tokens":3}""", "cohere-v1")]
    [InlineData("/v1/rerank", """{"model":"m","query":"q","documents":["a"],"top_k":null}""", "voyage")]
    [InlineData("/v1/rerank", """{"model":"m","query":"q","documents":["a"],"truncation":true}""", "voyage")]
    [InlineData("/v1/rerank", """{"model":"m","query":"q","documents":["a"],"max_tokens_per_doc":3}""", "vllm")]
    [InlineData("/v1/rerank", """{"query":"q","documents":["a"],"use_activation":true}""", "vllm")]
    [InlineData("/v1/rerank", """{"query":"q","documents":["a"],"raw_scores":true}""", "infinity")]
    [InlineData("/v1/rerank", """{"query":"q","texts":["a"]}""", "tei")]
    [InlineData("/v2/rerank", """{"model":"m","query":"q","documents":["a"],"max_tokens_per_doc":3,"priority":1}""", "cohere-v2")]
    [InlineData("/v2/rerank", """{"query":"q","documents":["a"],"request_id":"r"}""", "vllm")]
    [InlineData("/score", """{"text_1":"q","text_2":"a"}""", "vllm-score")]
    [InlineData("/v1/score", """{"queries":"q","documents":"a"}""", "vllm-score")]
    [InlineData("/v1/ranking", """{"query":{"text":"q"},"passages":[{"text":"a"}]}""", "nim")]
    [InlineData("/v1/retrieval/nvidia/reranking", """{"query":{"text":"q"},"passages":[{"text":"a"}]}""", "nim")]
    public void Parse_SharedPath_SpeaksWhatTheFieldsSay(string path, string body, string dialect)
    {
        var conversation = Begin(path);

        var request = conversation.Parse(Encoding.UTF8.GetBytes(body), new RequestLimits());

        Assert.Equal(dialect, conversation.Dialect.Name);
        Assert.Equal(("q", "a"), (request.Query, request.Documents.Single()));
    }

    [Theory]
    [InlineData("/rerank", "{", "tei")]
    [InlineData("/rerank", """{"query":5,"documents":["a"]}""", "vllm")]
    [InlineData("/rerank", """{"documents":["a"],"raw_scores":"perhaps"}""", "infinity")]
    [InlineData("/rerank", """{"documents":["a"],"raw_scores":true,""", "infinity")]
    [InlineData("/v1/rerank", "{", "jina")]
    [InlineData("/v1/rerank", """{"model":7,"query":"q","documents":["a"]}""", "jina")]
    [InlineData("/v1/rerank", """{"query":"q","documents":["a","b","c","d"]}""", "cohere-v1")]
    [InlineData("/v1/rerank", """{"top_k":"many","query":"q","documents":["a"]}""", "voyage")]
    [InlineData("/v2/rerank", "[]", "cohere-v2")]
    [InlineData("/score", "{}", "vllm-score")]
    [InlineData("/v1/ranking", "{}", "nim")]
    public void Parse_WrongRequest_IsToldInTheDialectThatItsFieldsSay(string path, string body, string dialect)
    {
        var conversation = Begin(path);

        Assert.Throws<RequestException>(() => conversation.Parse(Encoding.UTF8.GetBytes(body), new RequestLimits { MaxDocuments = 3 }));

        Assert.Equal(dialect, conversation.Dialect.Name);
    }

    [Fact]
    public void Begin_BeforeTheBodyIsThere_HasTheFallback() => Assert.Equal("jina", Begin("/v1/rerank").Dialect.Name);

    [Fact]
    public void Routes_Patterns_AreDistinct() =>
        Assert.Equal(RerankDialects.Routes.Count, RerankDialects.Routes.Select(route => route.Pattern).Distinct().Count());

    private static RerankConversation Begin(string path) => RerankDialects.Routes.Single(route => route.Pattern == path).Begin();
}
