using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Dialects;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Serving;

/// <summary>What well-known clients send, byte for byte, and all of what they get, errors included.</summary>
public sealed partial class ClientRequestsTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly FakeModels _models = new();
    private RunningHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await RunningHost.StartAsync(_folder, _models, change: o => o with
        {
            Limits = new RequestLimits { MaxBodyBytes = 64 * 1024, MaxDocuments = 4 },
        });
        await _host.ApplyAsync(RunningHost.Set(1, TestModel.Named("first").InFolder(_folder), TestModel.Named("second").InFolder(_folder)));
        await _host.EventuallyAsync("first", ModelState.Ready);
        await _host.EventuallyAsync("second", ModelState.Ready);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>CohereRerank of langchain-cohere: a dict among the documents has become YAML, and what isn't set is null.</summary>
    [Theory]
    [InlineData(
        """{"model": "first", "query": "capital", "documents": ["Paris -2", "title: Berlin\nscore: 2\n", "Rome 0"], "top_n": 2, "max_tokens_per_doc": null}""", 200,
        """{"id":"ID","results":[{"index":1,"relevance_score":0.8807971},{"index":2,"relevance_score":0.5}],"meta":{"api_version":{"version":"2"},"billed_units":{"search_units":1},"tokens":{"input_tokens":9}}}""")]
    [InlineData(
        """{"query": "capital", "documents": ["Paris 0"], "top_n": 3}""", 200,
        """{"id":"ID","results":[{"index":0,"relevance_score":0.5}],"meta":{"api_version":{"version":"2"},"billed_units":{"search_units":1},"tokens":{"input_tokens":3}}}""")]
    [InlineData(
        """{"model": "rerank-v3.5", "query": "capital", "documents": ["Paris -2"], "top_n": 3}""", 404,
        """{"id":"ID","message":"model 'rerank-v3.5' is not served here; these are: first, second"}""")]
    public Task LangChainCohere(string body, int status, string expected) => CheckAsync("/v2/rerank", body, status, expected);

    /// <summary>InfinityRerank of langchain-community, by the generated infinity_client; the last has its default model.</summary>
    [Theory]
    [InlineData(
        """{"query": "capital", "documents": ["Paris -2", "Berlin 2"], "return_documents": true, "model": "first"}""", 200,
        """{"id":"rerank-ID","model":"first","usage":{"prompt_tokens":6,"total_tokens":6},"results":[{"index":1,"document":{"text":"Berlin 2"},"relevance_score":0.8807971},{"index":0,"document":{"text":"Paris -2"},"relevance_score":0.11920292}]}""")]
    [InlineData(
        """{"query": "capital", "documents": ["Paris -2", "Berlin 2"], "return_documents": true, "model": "default/not-specified"}""", 200,
        """{"object":"rerank","results":[{"relevance_score":0.8807971,"index":1,"document":"Berlin 2"},{"relevance_score":0.11920292,"index":0,"document":"Paris -2"}],"model":"first","usage":{"prompt_tokens":6,"total_tokens":6},"id":"infinity-ID","created":TIME}""")]
    [InlineData(
        """{"query": "capital", "documents": ["Paris -2"], "return_documents": false, "raw_scores": true, "model": "default/not-specified", "top_n": null}""", 200,
        """{"object":"rerank","results":[{"relevance_score":-2,"index":0}],"model":"first","usage":{"prompt_tokens":3,"total_tokens":3},"id":"infinity-ID","created":TIME}""")]
    [InlineData(
        """{"query": "capital", "documents": ["Paris -2"], "return_documents": false, "raw_scores": false, "model": "other"}""", 400,
        """{"error":{"message":"model 'other' is not served here; these are: first, second","type":"invalid_request_error","code":400}}""")]
    public Task Infinity(string body, int status, string expected) => CheckAsync("/rerank", body, status, expected);

    /// <summary>LangChain's, LlamaIndex's and Haystack's Jina rankers. Haystack reads model and usage, and <c>detail</c> where there are no results.</summary>
    [Theory]
    [InlineData(
        """{"query": "capital", "documents": ["Paris -2", "Berlin 2"], "model": "first", "top_n": null}""", 200,
        """{"model":"first","usage":{"prompt_tokens":6,"total_tokens":6},"results":[{"index":1,"relevance_score":0.8807971,"document":{"text":"Berlin 2"}},{"index":0,"relevance_score":0.11920292,"document":{"text":"Paris -2"}}]}""")]
    [InlineData(
        """{"query": "capital", "documents": ["Paris -2", "Berlin 2"], "model": "first", "top_n": 1}""", 200,
        """{"model":"first","usage":{"prompt_tokens":6,"total_tokens":6},"results":[{"index":1,"relevance_score":0.8807971,"document":{"text":"Berlin 2"}}]}""")]
    [InlineData(
        """{"query": "capital", "documents": ["Paris -2"], "model": "jina-reranker-v1-base-en", "top_n": 1}""", 404,
        """{"detail":"model 'jina-reranker-v1-base-en' is not served here; these are: first, second"}""")]
    [InlineData("""{"query": "", "documents": ["Paris -2"], "model": "first", "top_n": 1}""", 422, """{"detail":"query must not be empty or only white space"}""")]
    public Task Jina(string body, int status, string expected) => CheckAsync("/v1/rerank", body, status, expected, ("Accept-Encoding", "identity"), ("Authorization", "Bearer k"));

    /// <summary>LlamaIndex's TextEmbeddingInference: the header is the bare token, and there must be a score for every text.</summary>
    [Theory]
    [InlineData(
        """{"query":"capital","texts":["Paris -2","Berlin 2","Rome 0"]}""", 200,
        """[{"index":1,"score":0.8807971},{"index":2,"score":0.5},{"index":0,"score":0.11920292}]""")]
    [InlineData(
        """{"query":"capital","texts":["1","2","3","4","5"]}""", 413,
        """{"error":"texts has more than 4 entries; at most 4 are allowed","error_type":"Validation"}""")]
    public Task LlamaIndexTei(string body, int status, string expected) => CheckAsync("/rerank", body, status, expected, ("Authorization", "token"));

    /// <summary>Haystack's HuggingFaceTEIRanker, which takes the first of the answer's texts and reads both members of an error.</summary>
    [Theory]
    [InlineData("""{"query": "capital", "texts": ["Paris -2", "Berlin 2"], "raw_scores": true}""", 200, """[{"index":1,"score":2},{"index":0,"score":-2}]""")]
    [InlineData(
        """{"query": "capital", "texts": ["Paris -2", "Berlin 2"], "raw_scores": false, "truncate": true, "truncation_direction": "Left"}""", 200,
        """[{"index":1,"score":0.8807971},{"index":0,"score":0.11920292}]""")]
    [InlineData(
        """{"query": "long", "texts": ["Paris -2"], "raw_scores": false, "truncate": true, "truncation_direction": "Right"}""", 200,
        """[{"index":0,"score":0.11920292,"truncated":true,"tokens":3,"total_tokens":1000}]""")]
    [InlineData(
        """{"query": "long", "texts": ["Paris -2"], "raw_scores": false, "truncate": true, "truncation_direction": "Left"}""", 422,
        """{"error":"document 0 and the query have 1000 tokens, of which the model can be given 3, and texts can only be shortened at their end (\"Right\")","error_type":"Validation"}""")]
    [InlineData("""{"query": "fail", "texts": ["Paris -2"], "raw_scores": false}""", 424, """{"error":"model first failed: asked to fail","error_type":"Backend"}""")]
    public Task HaystackTei(string body, int status, string expected) => CheckAsync("/rerank", body, status, expected);

    /// <summary>Dify's openai_api_compatible, the plugin and the older SDK, by whose settings the documents' field may have another name.</summary>
    [Theory]
    [InlineData(
        "/rerank", """{"model": "first", "query": "What is the capital of the United States?", "documents": ["Carson City -2", "Saipan 0", "Washington 2"], "top_n": 3}""", 200,
        """{"id":"rerank-ID","model":"first","usage":{"prompt_tokens":9,"total_tokens":9},"results":[{"index":2,"document":{"text":"Washington 2"},"relevance_score":0.8807971},{"index":1,"document":{"text":"Saipan 0"},"relevance_score":0.5},{"index":0,"document":{"text":"Carson City -2"},"relevance_score":0.11920292}]}""")]
    [InlineData(
        "/v1/rerank", """{"model": "first", "query": "capital", "documents": ["Paris -2"], "top_n": null, "return_documents": true}""", 200,
        """{"model":"first","usage":{"prompt_tokens":3,"total_tokens":3},"results":[{"index":0,"relevance_score":0.11920292,"document":{"text":"Paris -2"}}]}""")]
    [InlineData(
        "/rerank", """{"model": "first", "query": "capital", "documents": [{"content": [{"type": "text", "text": "Paris -2"}]}], "top_n": 0}""", 200,
        """{"id":"rerank-ID","model":"first","usage":{"prompt_tokens":3,"total_tokens":3},"results":[{"index":0,"document":{"text":"Paris -2"},"relevance_score":0.11920292}]}""")]
    [InlineData("/rerank", """{"model": "first", "query": "capital", "texts": ["Paris -2"], "top_n": 1}""", 200, """[{"index":0,"score":0.11920292}]""")]
    [InlineData(
        "/rerank", """{"model": "gone", "query": "capital", "documents": ["Paris -2"], "top_n": 1}""", 404,
        """{"error":{"message":"model 'gone' is not served here; these are: first, second","type":"NotFoundError","code":404}}""")]
    public Task Dify(string path, string body, int status, string expected) => CheckAsync(path, body, status, expected);

    /// <summary>Open WebUI's external reranker: every document must be there, and the user's headers come along.</summary>
    [Theory]
    [InlineData(
        """{"model": "first", "query": "capital", "documents": ["Paris -2", "Berlin 2"], "top_n": 2}""", 200,
        """{"model":"first","usage":{"prompt_tokens":6,"total_tokens":6},"results":[{"index":1,"relevance_score":0.8807971,"document":{"text":"Berlin 2"}},{"index":0,"relevance_score":0.11920292,"document":{"text":"Paris -2"}}]}""")]
    [InlineData("""{"model": "first", "query": "capital", "documents": [], "top_n": 0}""", 422, """{"detail":"documents must not be empty"}""")]
    public Task OpenWebUI(string body, int status, string expected) =>
        CheckAsync("/v1/rerank", body, status, expected, ("X-OpenWebUI-User-Name", "A"), ("X-OpenWebUI-User-Email", "a@example.com"));

    /// <summary>RAGFlow's Jina, Xinference (booleans as strings), OpenAI-compatible, Hugging Face and NVIDIA models.</summary>
    [Theory]
    [InlineData(
        "/v1/rerank", """{"model": "first", "query": "capital", "documents": ["Paris -2"], "top_n": 1}""", 200,
        """{"model":"first","usage":{"prompt_tokens":3,"total_tokens":3},"results":[{"index":0,"relevance_score":0.11920292,"document":{"text":"Paris -2"}}]}""")]
    [InlineData(
        "/v1/rerank", """{"model": "first", "query": "capital", "return_documents": "true", "return_len": "true", "documents": ["Paris -2"]}""", 200,
        """{"id":"ID","results":[{"index":0,"relevance_score":0.11920292,"document":{"text":"Paris -2"}}],"meta":{"api_version":{"version":"1"},"billed_units":{"search_units":1},"tokens":{"input_tokens":3,"output_tokens":0}}}""")]
    [InlineData(
        "/rerank", """{"model": "first", "query": "capital", "documents": ["Paris -2"], "top_n": 1}""", 200,
        """{"id":"rerank-ID","model":"first","usage":{"prompt_tokens":3,"total_tokens":3},"results":[{"index":0,"document":{"text":"Paris -2"},"relevance_score":0.11920292}]}""")]
    [InlineData("/rerank", """{"query": "capital", "texts": ["Paris -2"], "raw_scores": false, "truncate": true}""", 200, """[{"index":0,"score":0.11920292}]""")]
    [InlineData(
        "/v1/retrieval/nvidia/reranking",
        """{"model": "first", "query": {"text": "capital"}, "passages": [{"text": "Paris -2"}, {"text": "Berlin 2"}], "truncate": "END", "top_n": 2}""", 200,
        """{"rankings":[{"index":1,"logit":2},{"index":0,"logit":-2}],"usage":{"prompt_tokens":6,"total_tokens":6}}""")]
    [InlineData(
        "/v1/retrieval/nvidia/nv-rerankqa-mistral-4b-v3/reranking", """{"model": "gone", "query": {"text": "capital"}, "passages": [{"text": "Paris -2"}], "truncate": "END"}""", 404,
        """{"error":"model 'gone' is not served here; these are: first, second"}""")]
    public Task RagFlow(string path, string body, int status, string expected) => CheckAsync(path, body, status, expected);

    /// <summary>LiteLLM's cohere, jina_ai and infinity (one path), hosted_vllm and huggingface. A document is an object with text or absent, never null.</summary>
    [Theory]
    [InlineData(
        "/v1/rerank", """{"model":"first","query":"capital","top_n":1,"documents":["Paris -2","Berlin 2"],"return_documents":true}""", 200,
        """{"model":"first","usage":{"prompt_tokens":6,"total_tokens":6},"results":[{"index":1,"relevance_score":0.8807971,"document":{"text":"Berlin 2"}}]}""")]
    [InlineData(
        "/v1/rerank", """{"model":"first","query":"capital","documents":["Paris -2"],"return_documents":false}""", 200,
        """{"model":"first","usage":{"prompt_tokens":3,"total_tokens":3},"results":[{"index":0,"relevance_score":0.11920292}]}""")]
    [InlineData(
        "/v1/rerank", """{"model":"first","query":"capital","documents":[{"title":"Paris","score":"-2"}],"rank_fields":["title","score"],"return_documents":true}""", 200,
        """{"id":"ID","results":[{"index":0,"relevance_score":0.11920292,"document":{"title":"Paris","score":"-2"}}],"meta":{"api_version":{"version":"1"},"billed_units":{"search_units":1},"tokens":{"input_tokens":3,"output_tokens":0}}}""")]
    [InlineData(
        "/rerank", """{"model":"first","query":"capital","documents":["Paris -2"],"return_documents":true,"truncate_prompt_tokens":3}""", 200,
        """{"id":"rerank-ID","model":"first","usage":{"prompt_tokens":3,"total_tokens":3},"results":[{"index":0,"document":{"text":"Paris -2"},"relevance_score":0.11920292}]}""")]
    [InlineData(
        "/rerank", """{"model":"first","query":"capital","documents":["Paris -2"],"return_documents":true,"truncate_prompt_tokens":2}""", 400,
        """{"error":{"message":"document 0 and the query have 3 tokens, and they can't be shortened to the 2 of truncate_prompt_tokens","type":"BadRequestError","code":400}}""")]
    [InlineData(
        "/rerank", """{"raw_scores":false,"truncate":false,"truncation_direction":"Right","query":"capital","texts":["Paris -2"],"top_n":1,"return_text":true}""", 200,
        """[{"index":0,"score":0.11920292,"text":"Paris -2"}]""")]
    [InlineData(
        "/rerank", """{"raw_scores":false,"truncate":false,"truncation_direction":"Right","query":"long","texts":["Paris -2"],"return_text":true}""", 422,
        """{"error":"query and passage 0 take 1000 tokens together, more than the 128 that the model reads, and truncation is off","error_type":"Validation"}""")]
    public Task LiteLlm(string path, string body, int status, string expected) => CheckAsync(path, body, status, expected);

    /// <summary>Bifrost: objects as documents on version 2 of Cohere's API.</summary>
    [Theory]
    [InlineData(
        """{"model":"first","query":"capital","documents":[{"text":"Paris -2","id":"a"},{"text":"Berlin 2","metadata":{"n":1}}],"top_n":2,"return_documents":true}""", 200,
        """{"id":"ID","results":[{"index":1,"relevance_score":0.8807971},{"index":0,"relevance_score":0.11920292}],"meta":{"api_version":{"version":"2"},"billed_units":{"search_units":1},"tokens":{"input_tokens":6}}}""")]
    [InlineData(
        """{"model":"first","query":"capital","documents":[{"text":null}],"top_n":2}""", 400, """{"id":"ID","message":"documents[0] has no text: put it into \"text\""}""")]
    public Task Bifrost(string body, int status, string expected) => CheckAsync("/v2/rerank", body, status, expected);

    /// <summary>AnswerDotAI's rerankers with each of its providers: unknown fields go to TEI, and all documents are wanted back.</summary>
    [Theory]
    [InlineData(
        "/rerank", """{"model": "any", "query": "capital", "texts": ["Paris -2", "Berlin 2"], "top_n": 2, "return_text": true}""", 200,
        """[{"index":1,"score":0.8807971,"text":"Berlin 2"},{"index":0,"score":0.11920292,"text":"Paris -2"}]""")]
    [InlineData(
        "/v1/rerank", """{"model": "first", "query": "capital", "documents": ["Paris -2"], "top_n": 1, "return_documents": true}""", 200,
        """{"model":"first","usage":{"prompt_tokens":3,"total_tokens":3},"results":[{"index":0,"relevance_score":0.11920292,"document":{"text":"Paris -2"}}]}""")]
    [InlineData(
        "/v1/rerank", """{"model": "first", "query": "capital", "documents": ["Paris -2"], "top_k": 1, "return_documents": true}""", 200,
        """{"object":"list","data":[{"relevance_score":0.11920292,"index":0,"document":"Paris -2"}],"model":"first","usage":{"total_tokens":3}}""")]
    [InlineData("/v1/rerank", """{"model": "first", "query": "capital", "documents": null, "top_k": 1}""", 400, """{"detail":"documents is missing; it must be an array of strings"}""")]
    public Task Rerankers(string path, string body, int status, string expected) => CheckAsync(path, body, status, expected);

    /// <summary>The Vercel AI SDK's Cohere and Voyage providers: how many documents fit has to be found out.</summary>
    [Theory]
    [InlineData(
        "/v2/rerank", """{"model":"first","query":"capital","documents":["{\"city\":\"Paris\"} -2","{\"city\":\"Berlin\"} 2"],"top_n":2,"max_tokens_per_doc":50,"priority":1}""", 200,
        """{"id":"ID","results":[{"index":1,"relevance_score":0.8807971},{"index":0,"relevance_score":0.11920292}],"meta":{"api_version":{"version":"2"},"billed_units":{"search_units":1},"tokens":{"input_tokens":100}}}""")]
    [InlineData(
        "/v1/rerank", """{"documents":["Paris -2"],"query":"capital","model":"first","top_k":2,"return_documents":false,"truncation":true}""", 200,
        """{"object":"list","data":[{"relevance_score":0.11920292,"index":0}],"model":"first","usage":{"total_tokens":3}}""")]
    [InlineData(
        "/v2/rerank", """{"model":"first","query":"capital","documents":["1","2","3","4","5"],"top_n":2}""", 413,
        """{"id":"ID","message":"documents has more than 4 entries; at most 4 are allowed"}""")]
    [InlineData("/v1/rerank", """{"documents":["1","2","3","4","5"],"query":"capital","model":"first","top_k":2}""", 413, """{"detail":"documents has more than 4 entries; at most 4 are allowed"}""")]
    public Task VercelAI(string path, string body, int status, string expected) => CheckAsync(path, body, status, expected);

    /// <summary>vLLM's score API: one query for all, and one for each.</summary>
    [Theory]
    [InlineData(
        "/score", """{"model": "second", "text_1": "capital", "text_2": ["Paris -2", "Berlin 2"]}""", 200,
        """{"id":"score-ID","object":"list","created":TIME,"model":"second","data":[{"index":0,"object":"score","score":0.11920292},{"index":1,"object":"score","score":0.8807971}],"usage":{"prompt_tokens":6,"total_tokens":6,"completion_tokens":0}}""")]
    [InlineData(
        "/v1/score", """{"queries": ["a", "b", "a"], "documents": ["x -2", "x 2", "x 0"], "use_activation": false}""", 200,
        """{"id":"score-ID","object":"list","created":TIME,"model":"first","data":[{"index":0,"object":"score","score":-2},{"index":1,"object":"score","score":2},{"index":2,"object":"score","score":0}],"usage":{"prompt_tokens":9,"total_tokens":9,"completion_tokens":0}}""")]
    [InlineData(
        "/v1/score", """{"queries": ["a", "fail"], "documents": ["x -2", "x 2"]}""", 500,
        """{"error":{"message":"model first failed: asked to fail","type":"InternalServerError","code":500}}""")]
    [InlineData(
        "/score", """{"text_1": ["a", "b"], "text_2": ["x -2"]}""", 400,
        """{"error":{"message":"text_2 has 1 texts, but text_1 has 2: as many are needed, or one","type":"BadRequestError","param":"text_2","code":400}}""")]
    public Task VllmScore(string path, string body, int status, string expected) => CheckAsync(path, body, status, expected);

    /// <summary>What was cut off is said of a document unless it is to be of all or of none.</summary>
    [Theory]
    [InlineData("long", "", """{"index":0,"relevance_score":0.11920292,"truncated":true,"tokens":3,"total_tokens":1000}]""")]
    [InlineData("long", "none", """{"index":0,"relevance_score":0.11920292}]""")]
    [InlineData("capital", "cut", """{"index":0,"relevance_score":0.11920292}]""")]
    [InlineData("capital", "all", """{"index":0,"relevance_score":0.11920292,"truncated":false,"tokens":3,"total_tokens":3}]""")]
    public async Task Anyone_WithALongText(string query, string report, string expected)
    {
        using var response = await SendAsync(
            "/v2/rerank", $$"""{"model": "first", "query": "{{query}}", "documents": ["Paris -2"]}""", (TruncationReports.Header, report));

        Assert.Contains(expected, await ReadAsync(response), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/rerank", """{"query":"q","texts":["1"]}""", 422, """{"error":"header X-Rerank-Truncation-Report must be \"cut\", \"all\" or \"none\"","error_type":"Validation"}""")]
    [InlineData(
        "/v2/rerank", """{"model":"first","query":"q","documents":["1"]}""", 400, """{"id":"ID","message":"header X-Rerank-Truncation-Report must be \"cut\", \"all\" or \"none\""}""")]
    public Task Anyone_WithAWrongHeader(string path, string body, int status, string expected) =>
        CheckAsync(path, body, status, expected, (TruncationReports.Header, "yes"));

    /// <summary>What all of them may meet: another method, an unknown path, a body too large, no JSON.</summary>
    [Theory]
    [InlineData("/rerank", "{", 400, """{"error":"the body is not valid JSON (line 1, byte 2)","error_type":"Validation"}""")]
    [InlineData("/v1/rerank/", "{", 422, """{"detail":"the body is not valid JSON (line 1, byte 2)"}""")]
    [InlineData("/v2/rerank", "", 400, """{"id":"ID","message":"the body is empty; a JSON object is expected"}""")]
    [InlineData("/", """{"query":"q","texts":["1"]}""", 200, """[{"index":0,"score":0.7310586}]""")]
    [InlineData("/invocations", "\uFEFF{\"query\":\"q\",\"texts\":[\"1\"]}", 200, """[{"index":0,"score":0.7310586}]""")]
    [InlineData(
        "/v9/rerank", "{}", 404,
        """{"message":"there is no /v9/rerank; rerank requests are taken at /rerank, /v1/rerank, /v2/rerank, /score, /v1/score, /v1/ranking, /v1/retrieval/nvidia/reranking, /v1/retrieval/nvidia/{model}/reranking, /invocations, /"}""")]
    public Task Anyone(string path, string body, int status, string expected) => CheckAsync(path, body, status, expected);

    [Theory]
    [InlineData("/rerank", """{"error":"the body has more than 65536 bytes; at most 65536 are allowed","error_type":"Validation"}""")]
    [InlineData("/v1/rerank", """{"detail":"the body has more than 65536 bytes; at most 65536 are allowed"}""")]
    [InlineData("/v2/rerank", """{"id":"ID","message":"the body has more than 65536 bytes; at most 65536 are allowed"}""")]
    [InlineData("/score", """{"error":{"message":"the body has more than 65536 bytes; at most 65536 are allowed","type":"BadRequestError","code":413}}""")]
    [InlineData("/v1/ranking", """{"error":"the body has more than 65536 bytes; at most 65536 are allowed"}""")]
    public Task Anyone_WithTooMuch(string path, string expected) => CheckAsync(path, new string(' ', 70_000), 413, expected);

    [Theory]
    [InlineData("/rerank", """{"error":"/rerank takes POST, not GET","error_type":"Validation"}""")]
    [InlineData("/v1/rerank", """{"detail":"/v1/rerank takes POST, not GET"}""")]
    [InlineData("/internal/v1/score", """{"code":"InvalidRequest","message":"/internal/v1/score takes POST, not GET"}""")]
    public async Task Anyone_ByGet(string path, string expected)
    {
        using var response = await _host.Main.GetAsync(path, RunningHost.Cancelled);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal("POST", response.Content.Headers.Allow.Single());
        Assert.Equal(expected, await response.Content.ReadAsStringAsync(RunningHost.Cancelled));
    }

    /// <summary>Haystack's client and others try again after 429 and 503, when they are told when.</summary>
    [Theory]
    [InlineData("/rerank", """{"query":"q","texts":["1","2"]}""", """{"error":"the work that waits takes 9 s, and 10 s is the most; try again later","error_type":"Overloaded"}""")]
    [InlineData("/v1/rerank", """{"model":"first","query":"q","documents":["1","2"]}""", """{"detail":"the work that waits takes 9 s, and 10 s is the most; try again later"}""")]
    [InlineData("/v2/rerank", """{"model":"first","query":"q","documents":["1","2"]}""", """{"id":"ID","message":"the work that waits takes 9 s, and 10 s is the most; try again later"}""")]
    [InlineData(
        "/rerank", """{"model":"first","query":"q","documents":["1","2"]}""", """{"error":{"message":"the work that waits takes 9 s, and 10 s is the most; try again later","type":"RateLimitError","code":429}}""")]
    public async Task Anyone_WhenThereIsTooMuchToDo(string path, string body, string expected)
    {
        var model = _models.Loaded.Single(m => m.Name == "first");
        model.Close();
        var running = SendAsync("/rerank", """{"query":"q","texts":["1","2","3"]}""");
        await Eventually.True(() => model.Running == 1, RunningHost.Cancelled);

        using var refused = await SendAsync(path, body);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Equal(expected, await ReadAsync(refused));
        model.Open();
        (await running).Dispose();
    }

    [GeneratedRegex("\"created\":[0-9]{10}(?=[,}])")]
    private static partial Regex Created();

    private async Task CheckAsync(string path, string body, int status, string expected, params (string Name, string Value)[] headers)
    {
        using var response = await SendAsync(path, body, headers);

        Assert.Equal((status, expected), ((int)response.StatusCode, await ReadAsync(response)));
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
    }

    private async Task<HttpResponseMessage> SendAsync(string path, string body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        return await _host.Main.SendAsync(request, RunningHost.Cancelled);
    }

    /// <summary>The body, with ID for the id that is in the headers too and TIME for the time.</summary>
    private static async Task<string> ReadAsync(HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsStringAsync(RunningHost.Cancelled);
        if (response.Headers.TryGetValues("X-Rerank-Request-Id", out var id))
            body = body.Replace(id.Single(), "ID", StringComparison.Ordinal);
        return Created().Replace(body, "\"created\":TIME");
    }
}
