using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Rerank.Dialects.Tests;

/// <summary>A request that a dialect's clients may send, in one of its many spellings, and what it means.</summary>
internal sealed record SpelledRequest(string Path, string Dialect, byte[] Body, RerankRequest Expected)
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static SpelledRequest Make(Random random)
    {
        var spelling = new Spelling(random);
        var (path, dialect, expected) = random.Next(9) switch
        {
            0 => ("/rerank", "tei", Tei(spelling)),
            1 => ("/v1/rerank", "cohere-v1", CohereV1(spelling)),
            2 => ("/v2/rerank", "cohere-v2", CohereV2(spelling)),
            3 => ("/v1/rerank", "jina", Jina(spelling)),
            4 => ("/rerank", "vllm", Vllm(spelling)),
            5 => ("/score", "vllm-score", Score(spelling)),
            6 => ("/rerank", "infinity", Infinity(spelling)),
            7 => ("/v1/rerank", "voyage", Voyage(spelling)),
            _ => ("/v1/ranking", "nim", Nim(spelling)),
        };
        return new SpelledRequest(path, dialect, spelling.Body(), expected);
    }

    private static RerankRequest Tei(Spelling s) => new()
    {
        Query = s.Query(),
        Documents = [.. s.Texts("texts")],
        RawScores = s.Flag("raw_scores") ?? false,
        ReturnDocuments = s.Flag("return_text") ?? false,
        Truncation = s.Flag("truncate") == false ? s.Ignore("truncation_direction", TruncationRule.None) : s.Side("truncation_direction"),
    };

    private static RerankRequest CohereV1(Spelling s) => new()
    {
        Query = s.Query(),
        Documents = [.. s.Texts("documents")],
        TopN = s.Number("top_n", 1),
        ReturnDocuments = s.Flag("return_documents") ?? false,
        MaxChunksPerDocument = s.Number("max_chunks_per_doc", 1, mayBeAbsent: false),
        Model = s.Model(),
    };

    private static RerankRequest CohereV2(Spelling s) => new()
    {
        Model = s.Model(),
        Query = s.Query(),
        Documents = [.. s.Texts("documents")],
        TopN = s.Number("top_n", 1),
        MaxTokensPerDocument = s.Number("max_tokens_per_doc", 1),
        Priority = s.Number("priority", 0) ?? 0,
    };

    private static RerankRequest Jina(Spelling s) => new()
    {
        Model = s.Model(),
        Query = s.Query(),
        Documents = [.. s.Texts("documents")],
        TopN = s.Number("top_n", 1, mayBeAbsent: false),
        ReturnDocuments = s.Flag("return_documents") ?? true,
        Truncation = s.Flag("truncation") == false ? TruncationRule.None : TruncationRule.End,
    };

    private static RerankRequest Vllm(Spelling s) => new()
    {
        Model = s.Model(),
        Query = s.Query(),
        Documents = [.. s.Texts("documents")],
        TopN = s.Number("top_n", 1),
        ReturnDocuments = s.Flag("return_documents") ?? true,
        MaxTokensPerDocument = s.Number("max_tokens_per_doc", 1),
        MaxTokensPerQuery = s.Number("max_tokens_per_query", 1),
        MaxTokensPerPair = s.Number("truncate_prompt_tokens", 1),
        RawScores = s.Flag("use_activation") == false,
        Truncation = s.Side("truncation_side"),
        Priority = s.Number("priority", -5) ?? 0,
    };

    private static RerankRequest Score(Spelling s)
    {
        var (left, right) = s.Pick(("queries", "documents"), ("queries", "items"), ("data_1", "data_2"), ("text_1", "text_2"));
        var documents = s.Texts(right);
        var queries = s.Queries(left, documents.Count);
        return new RerankRequest
        {
            Query = queries[0],
            Queries = queries.Distinct().Count() == 1 ? null : queries,
            Documents = [.. documents],
            Model = s.Model(),
            RawScores = s.Flag("activation") == false,
        };
    }

    private static RerankRequest Infinity(Spelling s) => new()
    {
        Model = s.Model(),
        Query = s.Query(),
        Documents = [.. s.Texts("documents")],
        TopN = s.Number("top_n", 1),
        ReturnDocuments = s.Flag("return_documents") ?? false,
        RawScores = s.Flag("raw_scores", mayBeAbsent: false) ?? false,
    };

    private static RerankRequest Voyage(Spelling s) => new()
    {
        Model = s.Model(),
        Query = s.Query(),
        Documents = [.. s.Texts("documents")],
        TopN = s.Number("top_k", 1, mayBeAbsent: false),
        ReturnDocuments = s.Flag("return_documents") ?? false,
        Truncation = s.Flag("truncation") == false ? TruncationRule.None : TruncationRule.End,
    };

    private static RerankRequest Nim(Spelling s) => new()
    {
        Model = s.Model(),
        Query = s.Query(),
        Documents = [.. s.Texts("passages")],
        RawScores = true,
        Truncation = s.Choice("truncate", ("\"NONE\"", TruncationRule.None), ("\"end\"", TruncationRule.End), ("null", TruncationRule.End)),
    };

    /// <summary>Spells fields in one of the ways that are taken, and keeps them for the body.</summary>
    private sealed class Spelling(Random random)
    {
        private const int MaxTexts = 6;

        private readonly List<string> _fields = [];

        public byte[] Body()
        {
            if (random.Next(3) == 0)
                Add($"extra_{random.Next(3)}", Pick("null", "[1,{\"query\":2}]", "{\"documents\":[]}", "\"x\""));
            random.Shuffle(CollectionsMarshal.AsSpan(_fields));
            var body = $"{Pick("", "\uFEFF")}{{{string.Join(Pick(",", " , ", ",\n"), _fields)}}}{Pick("", " \r\n")}";
            return Encoding.UTF8.GetBytes(body);
        }

        public T Pick<T>(params T[] ways) => ways[random.Next(ways.Length)];

        public string Model()
        {
            Add("model", "\"m\"");
            return "m";
        }

        public string Query()
        {
            var query = "q" + Text();
            Add("query", One(query));
            return query;
        }

        public List<string> Queries(string field, int count)
        {
            if (random.Next(2) == 0)
            {
                var only = "q" + Text();
                Add(field, Pick(One(only), $"[{One(only)}]"));
                return [only];
            }

            var queries = Enumerable.Range(0, count).Select(_ => Pick("q", "r", "q" + Text())).ToList();
            Add(field, $"[{string.Join(',', queries.Select(One))}]");
            return queries;
        }

        public List<string> Texts(string field)
        {
            var texts = Enumerable.Range(0, random.Next(1, MaxTexts + 1)).Select(_ => Text()).ToList();
            Add(field, $"[{string.Join(Pick(",", ", "), texts.Select(One))}]");
            return texts;
        }

        public bool? Flag(string field, bool mayBeAbsent = true) =>
            Choice(field, mayBeAbsent, ("null", (bool?)null), ("true", true), ("\"true\"", true), ("1", true), ("\"True\"", true), ("false", false), ("0", false), ("\"false\"", false));

        public TruncationRule Side(string field) => Choice(
            field, true, ("null", TruncationRule.End), ("\"Right\"", TruncationRule.End), ("\"right\"", TruncationRule.End), ("\"Left\"", TruncationRule.Start), ("\"left\"", TruncationRule.Start));

        public T Ignore<T>(string field, T value)
        {
            Side(field);
            return value;
        }

        public int? Number(string field, int minimum, bool mayBeAbsent = true)
        {
            var number = random.Next(minimum, 10);
            var text = number.ToString(CultureInfo.InvariantCulture);
            return Choice(field, mayBeAbsent, ("null", (int?)null), (text, number), ($"\"{text}\"", number), ($"{text}.0", number));
        }

        public T Choice<T>(string field, params (string Json, T Value)[] ways) => Choice(field, false, ways);

        private T Choice<T>(string field, bool mayBeAbsent, params (string Json, T Value)[] ways)
        {
            var (json, value) = Pick(ways);
            if (json != "null" || !mayBeAbsent || random.Next(2) == 0)
                Add(field, json);
            return value;
        }

        private void Add(string field, string json) => _fields.Add($"\"{field}\"{Pick(":", " : ")}{json}");

        private string One(string text) => Pick(
            Quoted(text), Quoted(text), $$"""{"text":{{Quoted(text)}}}""", $$"""{"id":[1,{}],"content":"c","text":{{Quoted(text)}}}""", $$"""{"text":null,"content":{{Quoted(text)}}}""");

        private string Quoted(string text) => JsonSerializer.Serialize(text, Pick(Relaxed, JsonSerializerOptions.Default));

        private string Text()
        {
            var text = new StringBuilder();
            for (var length = random.Next(12); length > 0; length--)
                text.Append(Pick("a", " ", "\n", "\"", "\\", "é", "ß", "漢", "😀", "\u200d", "{", "]", "\0", "\u2028"));
            return text.ToString();
        }
    }
}
