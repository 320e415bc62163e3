using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Rerank.DisturbModel;
using Rerank.TestKit;

namespace Rerank.EndToEnd.Tests.Images;

/// <summary>The candidates of rollouts, good and bad: folders of the client's image, which serves them as a model store does.</summary>
internal static class DisturbedModels
{
    /// <summary>In the client's image.</summary>
    public const string Folder = "models";

    /// <summary>Two precisions of one model, whose rankings hardly differ.</summary>
    public const string Good = "good", AlsoGood = "also-good";

    /// <summary>Several times the time for the same scores.</summary>
    public const string Slow = "slow";

    /// <summary>No score for about half of the requests.</summary>
    public const string Failing = "failing";

    /// <summary>NaN for about half of the requests.</summary>
    public const string NotANumber = "nan";

    /// <summary>Words have the numbers of others.</summary>
    public const string BrokenTokenizer = "broken-tokenizer";

    /// <summary>One in ten of the best ten documents is another one.</summary>
    public const string SubtlyWorse = "subtly-worse";

    public static readonly string[] All = [Good, AlsoGood, Slow, Failing, NotANumber, BrokenTokenizer, SubtlyWorse];

    private const string Int8 = "model.int8.onnx", Float = "model.onnx";
    private const string Tokenizer = "tokenizer.json";

    // A word that is in every second request.
    private const string Word = "bank";

    private static readonly string Tiny = Repository.File("models", "tiny");
    private static readonly Dictionary<string, JsonArray> Files = [];

    public static void Write(string root)
    {
        Write(root, Good, Int8, (model, _) => model);
        Write(root, AlsoGood, Float, (model, _) => model);
        Write(root, Slow, Int8, (model, _) => Disturbance.Slow(model, products: 24));
        Write(root, Failing, Int8, (model, folder) => Disturbance.Fail(model, folder.TokenOf(Word)));
        Write(root, NotANumber, Int8, (model, folder) => Disturbance.NotANumber(model, folder.TokenOf(Word)));
        Write(root, BrokenTokenizer, Int8, (model, _) => model, tokenizer => Vocabulary.Shuffle(tokenizer, seed: 1));
        Write(root, SubtlyWorse, Float, (model, _) => Disturbance.Noise(model, "m.bert.embeddings.word_embeddings.weight", permille: 140, seed: 1));
    }

    /// <summary>The ModelVersion of one of the models, as the model store has it.</summary>
    public static JsonNode Manifest(string name) => new JsonObject
    {
        ["apiVersion"] = "rerank.dev/v1alpha1",
        ["kind"] = "ModelVersion",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = new JsonObject
        {
            ["artifact"] = new JsonObject
            {
                ["source"] = new JsonObject { ["http"] = new JsonObject { ["baseURL"] = $"http://models/{name}" } },
                ["files"] = Files[name].DeepClone(),
            },
            ["contract"] = new JsonObject { ["modelFile"] = (string)Files[name][0]!["path"]!, ["maxInputTokens"] = 256 },
        },
    };

    private static void Write(
        string root, string name, string file, Func<OnnxFile, ModelFolder, OnnxFile> disturb, Func<byte[], byte[]>? disturbTokenizer = null)
    {
        var folder = new ModelFolder(Tiny, Path.Combine(root, name), file);
        folder.Write(model => disturb(model, folder), disturbTokenizer ?? (tokenizer => tokenizer));
        Files[name] = [.. new[] { file, Tokenizer }.Select(path => (JsonNode)new JsonObject
        {
            ["path"] = path,
            ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder.Target, path)))),
        })];
    }
}
