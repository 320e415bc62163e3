using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Rerank.TestKit;

/// <summary>
/// Rerank requests with the field names of all dialects and any values: some that fit, some that don't, some that are no JSON. Where they name a model, it
/// mostly is <c>q</c>; most texts end in a number.
/// </summary>
public static class WildJson
{
    private static readonly string[] Names =
    [
        "model", "query", "documents", "texts", "passages", "queries", "data_1", "text_1", "items", "data_2", "text_2", "top_n", "top_k", "return_documents", "return_text",
        "return_len", "raw_scores", "use_activation", "activation", "softmax", "truncate", "truncation", "truncation_direction", "truncation_side", "truncate_prompt_tokens",
        "max_tokens_per_doc", "max_tokens_per_query", "max_chunks_per_doc", "rank_fields", "overlap_tokens", "priority", "request_id", "mm_processor_kwargs", "other", "",
    ];

    private static readonly string[] Scalars =
    [
        "null", "true", "false", "\"true\"", "\"no\"", "0", "1", "-1", "2", "\"3\"", "4.0", "1.5", "1e400", "99999999999", "\"NONE\"", "\"END\"", "\"Left\"", "\"right\"",
        "\"\"", "\" \"", "\"a\"", "\"\\u00e9\\ud83d\\ude00\"", "\"\\ud800\"", "{}", "[]",
    ];

    public static byte[] Request(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var json = new StringBuilder("{");
        var names = new List<string>();
        if (random.Next(4) > 0)
            names.AddRange(["query", "documents", "model", "texts", "passages", "queries"]);
        for (var more = random.Next(6); more > 0; more--)
            names.Add(Names[random.Next(Names.Length)]);
        random.Shuffle(CollectionsMarshal.AsSpan(names));
        for (var i = 0; i < names.Count; i++)
            json.Append(i > 0 ? "," : "").Append(JsonSerializer.Serialize(names[i])).Append(':').Append(Value(random, names[i]));
        json.Append('}');

        var bytes = Encoding.UTF8.GetBytes(json.ToString());
        return random.Next(8) switch
        {
            // No JSON any more, most of the time.
            0 => bytes[..random.Next(bytes.Length)],
            1 => Replace(bytes, random),
            _ => bytes,
        };
    }

    private static string Value(Random random, string name)
    {
        if (random.Next(12) == 0)
            return Any(random, 3);
        return name switch
        {
            "query" or "model" => "\"q\"",
            "documents" or "texts" or "passages" or "queries" or "items" or "data_1" or "data_2" or "text_1" or "text_2" => Texts(random),
            "rank_fields" => "[\"text\",\"title\"]",
            "truncation_direction" or "truncation_side" => random.Next(2) == 0 ? "\"left\"" : "\"Right\"",
            "truncate" => random.Next(2) == 0 ? "\"END\"" : "true",
            _ when name.Contains("top_", StringComparison.Ordinal) || name.Contains("max_", StringComparison.Ordinal) || name == "priority" => $"{random.Next(-1, 5)}",
            _ => Scalars[random.Next(Scalars.Length)],
        };
    }

    private static string Texts(Random random)
    {
        var count = random.Next(12) == 0 ? 20 : random.Next(1, 5);
        return "[" + string.Join(',', Enumerable.Range(0, count).Select(_ => random.Next(5) switch
        {
            0 => """{"text":"a 2","id":[1,{"x":null}]}""",
            1 => """{"title":"a","year":1999}""",
            2 when random.Next(6) == 0 => Any(random, 2),
            _ => $"\"a {random.Next(9)}\"",
        })) + "]";
    }

    private static string Any(Random random, int depth) => (depth == 0 ? 0 : random.Next(4)) switch
    {
        1 => "[" + string.Join(',', Enumerable.Range(0, random.Next(3)).Select(_ => Any(random, depth - 1))) + "]",
        2 => "{" + string.Join(',', Enumerable.Range(0, random.Next(3)).Select(_ => $"\"{Names[random.Next(Names.Length)]}\":{Any(random, depth - 1)}")) + "}",
        3 => new string('[', 70) + new string(']', 70),
        _ => Scalars[random.Next(Scalars.Length)],
    };

    private static byte[] Replace(byte[] bytes, Random random)
    {
        for (var edits = random.Next(1, 4); edits > 0; edits--)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes;
    }
}
