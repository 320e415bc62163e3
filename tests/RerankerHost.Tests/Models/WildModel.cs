using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rerank.RerankerHost.Tests.Inference;
using Rerank.RerankerHost.Tests.Tokenization;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Models;

/// <summary>Files of models that somebody may put into a folder: some right, most damaged in one way or another.</summary>
internal static class WildModel
{
    private static readonly string[] Families = ["addedbert", "roberta", "modernbert", "oddbpe", "xlmroberta", "xlmroberta2", "deberta"];

    private static readonly string[] Operators =
    [
        "Identity", "Abs", "Neg", "Exp", "Log", "Sqrt", "Reciprocal", "Sigmoid", "Softmax", "Relu", "NonZero", "Size", "Shape", "Flatten", "Loop", "If", "Unheard",
        "DynamicQuantizeLinear", "ReduceSum", "Unique", "",
    ];

    private static readonly string[] Values =
    [
        "null", "true", "-1", "0", "7", "1e300", "2147483648", "0.5", "\"\"", "\"x\"", "\"[SEP]\"", "\"\\u0000\"", "\"\\ud83d\\ude00\"", "[]", "{}", "[[]]", "[0]", "[\"a\",1]",
        "{\"type\":\"Sequence\"}", "{\"type\":\"ByteLevel\"}", "{\"type\":\"BPE\"}", "\"WordPiece\"", "\"Unigram\"",
    ];

    private static readonly string[] Settings =
    [
        """{"max_position_embeddings": 512, "model_type": "bert", "pad_token_id": 0}""", """{"max_position_embeddings": 514, "model_type": "xlm-roberta", "pad_token_id": 1}""",
        """{"model_max_length": 1000000000000000019884624838656, "do_lower_case": true}""", """{"model_max_length": 128, "max_position_embeddings": [1, {"a": null}]}""",
    ];

    // Deeper than any reader allows.
    private static readonly JsonSerializerOptions Deep = new() { MaxDepth = 1000 };

    private static readonly JsonNode[] Tokenizers = [.. Families.Select(family => JsonNode.Parse(File.ReadAllBytes(PathOf(family)))!)];
    private static readonly string[][][] Parts = [.. Tokenizers.Select(tokenizer => JsonEdits.Paths(tokenizer, []).ToArray())];

    public static byte[] Graph(Random random) => Damage(random.Next(9) switch
    {
        0 => OnnxModel.ExponentialOfLargestId(),
        1 => OnnxModel.NotANumber(),
        2 => OnnxModel.WithLabels(random.Next(1, 3)),
        3 => OnnxModel.WithTable(random.Next(1, 3000)),
        4 or 5 => OnnxModel.OfFirstToken(),
        6 => OnnxModel.WithInput(random.Next(2) == 0 ? "token_type_ids" : "attention_mask"),
        _ => OnnxModel.WithOperator(Operators[random.Next(Operators.Length)]),
    },
    random);

    /// <summary>tokenizer.json of any family.</summary>
    public static byte[] Tokenizer(Random random)
    {
        var family = random.Next(Tokenizers.Length);
        if (random.Next(6) == 0)
            return JsonSerializer.SerializeToUtf8Bytes(Tokenizers[family]);

        var json = Tokenizers[family].DeepClone();
        for (var edits = random.Next(1, 4); edits > 0; edits--)
        {
            // What one edit took away, another can't change.
            var path = Parts[family][random.Next(Parts[family].Length)];
            if (Find(json, path) is not null)
                JsonEdits.Replace(json, path, Replacement(random));
        }

        var bytes = JsonSerializer.SerializeToUtf8Bytes(json, Deep);
        return random.Next(3) == 0 ? Damage(bytes, random) : bytes;
    }

    /// <summary>config.json or tokenizer_config.json.</summary>
    public static byte[] Setting(Random random)
    {
        var json = JsonNode.Parse(Settings[random.Next(Settings.Length)])!.AsObject();
        if (random.Next(2) == 0)
            json[json.ElementAt(random.Next(json.Count)).Key] = Replacement(random);
        return Damage(JsonSerializer.SerializeToUtf8Bytes(json, Deep), random);
    }

    /// <summary>golden.json.</summary>
    public static byte[] Golden(Random random) => Damage(
        Encoding.UTF8.GetBytes("""[{"query":"linux","passage":"kernel","logit":1.5,"input_ids":[2,778,3,1121,3],"token_type_ids":[0,0,0,1,1]},{"query":"a","passage":"b","logit":0}]"""),
        random);

    private static string PathOf(string family) => Repository.File("tests", "RerankerHost.Tests", "Tokenization", "Goldens", family, "tokenizer.json");

    private static JsonNode? Find(JsonNode root, string[] path)
    {
        JsonNode? node = root;
        foreach (var name in path)
        {
            node = node switch
            {
                JsonObject o when o.ContainsKey(name) => o[name],
                JsonArray a when int.TryParse(name, out var i) && i < a.Count => a[i],
                _ => null,
            };
            if (node is null)
                return null;
        }

        return node;
    }

    private static JsonNode? Replacement(Random random)
    {
        switch (random.Next(8))
        {
            case 0:
                // A part of another family's file, or of another place.
                var family = random.Next(Tokenizers.Length);
                return Find(Tokenizers[family], Parts[family][random.Next(Parts[family].Length)])?.DeepClone();
            case 1:
                return JsonValue.Create(new string((char)random.Next(1, 0xD800), random.Next(1, 5000)));
            case 2:
                JsonNode nested = new JsonArray();
                for (var depth = random.Next(40); depth > 0; depth--)
                    nested = random.Next(2) == 0 ? new JsonArray(nested) : new JsonObject { ["type"] = "Sequence", ["normalizers"] = new JsonArray(nested) };
                return nested;
            default:
                return JsonNode.Parse(Values[random.Next(Values.Length)]);
        }
    }

    private static byte[] Damage(byte[] bytes, Random random)
    {
        switch (random.Next(6))
        {
            case 0:
                return bytes[..random.Next(bytes.Length)];
            case 1:
                for (var flips = random.Next(1, 9); flips > 0; flips--)
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 2:
                for (var changes = random.Next(1, 5); changes > 0; changes--)
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                return bytes;
            case 3:
                var (from, to) = (random.Next(bytes.Length), random.Next(bytes.Length));
                return [.. bytes[..from], .. bytes[to..]];
            default:
                return bytes;
        }
    }
}
