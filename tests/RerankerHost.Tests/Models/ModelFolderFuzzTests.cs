using System.Net;
using System.Text;
using System.Text.Json;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Tests.Serving;
using Rerank.RerankerHost.Tokenization;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Models;

/// <summary>
/// Model folders made at random, the same ones in every run: each is a model that answers with numbers, or an error that says which part is wrong. Whatever is in
/// a file, the host lives on.
/// </summary>
public sealed class ModelFolderFuzzTests : IDisposable
{
    private const int Tokenizers = 7500;
    private const int Settings = 1000;
    private const int Folders = 1500;
    private const int FoldersAtOnce = 25;

    /// <summary>What the words about a model that can't be served begin with, or have in them.</summary>
    private static readonly string[] Parts = ["tokenizer.json", "model.onnx", "golden.json", "golden pair", "the graph", "special tokens"];

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Tokenizers_LoadAndEncode_OrNameThePartThatIsWrong()
    {
        var loaded = 0;
        Parallel.For(0, Tokenizers, seed => Check(seed, random =>
        {
            try
            {
                var tokenizer = TokenizerFile.Parse(WildModel.Tokenizer(random), random.Next(2) == 0 ? SpecialTokensInText.Parse : SpecialTokensInText.PlainText);
                Interlocked.Increment(ref loaded);
                if (tokenizer.Encode("Ｈello  wörld\u0301 №1 \ud83d\ude00", "[SEP] 漢字 <mask> ﬁ a", 16, Truncation.LongestFirst) is not { } pair)
                    return;
                Assert.InRange(pair.Ids.Length, 1, 16);
                Assert.Equal(pair.Ids.Length, pair.Types.Length);
                Assert.All(pair.Ids, id => Assert.InRange(id, 0, int.MaxValue));
            }
            catch (ModelLoadException e)
            {
                Assert.Equal(ModelFailure.UnsupportedTokenizer, e.Reason);
                Assert.StartsWith("tokenizer.json ", e.Message, StringComparison.Ordinal);
            }
        }));

        // Few of either kind would prove little.
        Assert.InRange(loaded, Tokenizers / 10, Tokenizers / 10 * 9);
    }

    [Fact]
    public void Settings_SayHowManyTokensFit_OrWhichFileIsWrong()
    {
        var (contracts, goldens) = (0, 0);
        for (var seed = 0; seed < Settings; seed++)
        {
            Check(seed, random =>
            {
                _folder.Write("m/model.onnx", []);
                _folder.Write("m/config.json", WildModel.Setting(random));
                _folder.Write("m/tokenizer_config.json", WildModel.Setting(random));
                _folder.Write("m/golden.json", WildModel.Golden(random));
                if (ReadsOrSaysWhy(() => Assert.InRange(ModelFolder.ReadContract(_folder["m"], modelFile: null).MaxInputTokens, 4, 1_000_000)))
                    contracts++;
                if (ReadsOrSaysWhy(() => Assert.NotEmpty(GoldenFile.Read(_folder["m/golden.json"]))))
                    goldens++;
            });
        }

        Assert.InRange(contracts, Settings / 10, Settings / 10 * 9);
        Assert.InRange(goldens, Settings / 10, Settings / 10 * 9);
    }

    [Fact]
    public async Task Folders_ServeNumbers_OrNameThePartThatIsWrong_AndNeverEndTheHost()
    {
        await using var host = await HostProcess.StartAsync(_folder);
        var (ready, seed) = (0, 0);
        try
        {
            for (; seed < Folders; seed += FoldersAtOnce)
            {
                var set = RunningHost.Set(1 + seed, [.. Enumerable.Range(seed, FoldersAtOnce).Select(MakeFolder)]);
                await host.ApplyAsync(set);
                var models = await SettledAsync(host);
                Assert.Equal(FoldersAtOnce, models.Count);
                foreach (var model in models)
                    Assert.True(model.State == ModelState.Ready || Array.Exists(Parts, part => model.Message!.Contains(part, StringComparison.Ordinal)), $"{model.Name}: {model.Message}");
                foreach (var model in models.Where(model => model.State == ModelState.Ready))
                {
                    ready++;
                    await CheckAnswerAsync(host, model.Name);
                }
            }
        }
        catch (HttpRequestException e)
        {
            Assert.Fail($"the host is gone with the folders of seeds {seed} to {seed + FoldersAtOnce - 1}: {e.Message}\n{host.LastLines}");
        }

        Assert.InRange(ready, Folders / 10, Folders / 10 * 9);
    }

    private static void Check(int seed, Action<Random> check)
    {
        try
        {
            check(new Random(seed));
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"what seed {seed} makes: {e.Message}", e);
        }
    }

    private static bool ReadsOrSaysWhy(Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (ModelLoadException e)
        {
            Assert.Contains(".json", e.Message, StringComparison.Ordinal);
            return false;
        }
    }

    private ModelSpec MakeFolder(int seed)
    {
        var random = new Random(seed);
        var files = new Dictionary<string, byte[]>
        {
            ["model.onnx"] = WildModel.Graph(random),
            ["tokenizer.json"] = random.Next(3) == 0 ? WildModel.Tokenizer(random) : File.ReadAllBytes(Path.Combine(TestFiles.Model("tiny"), "tokenizer.json")),
        };
        var golden = random.Next(8) == 0;
        if (golden)
            files["golden.json"] = WildModel.Golden(random);
        foreach (var (path, bytes) in files)
            _folder.Write($"{seed}/{path}", bytes);
        return new ModelSpec
        {
            Name = $"seed-{seed}",
            Digest = "sha256:" + TestModel.Sha256(Encoding.UTF8.GetBytes($"{seed}")),
            Source = new ModelSource { Directory = new DirectorySource(_folder[$"{seed}"]) },
            Files = [.. files.Select(file => new ModelFile(file.Key, TestModel.Sha256(file.Value)))],
            Contract = new ModelContract { MaxInputTokens = random.Next(8, 40) },
            GoldenPath = golden ? "golden.json" : null,
        };
    }

    private static async Task<IReadOnlyList<ModelStatus>> SettledAsync(HostProcess host)
    {
        IReadOnlyList<ModelStatus> models = [];
        await Eventually.True(
            async () =>
            {
                models = (await host.StatusAsync()).Models;
                return models.All(model => model.State is ModelState.Ready or ModelState.Failed);
            },
            RunningHost.Cancelled);
        return models;
    }

    /// <summary>A model may do well with the texts of the warm-up, and fail with these; then it has to say so.</summary>
    private static async Task CheckAnswerAsync(HostProcess host, string model)
    {
        using var content = new StringContent(JsonSerializer.Serialize(new { model, query = "linux kernel", documents = (string[])["a", "the linux kernel", "漢字 \ud83d\ude00 zz"] }));
        using var response = await host.Main.PostAsync("/v2/rerank", content, RunningHost.Cancelled);
        var text = await response.Content.ReadAsStringAsync(RunningHost.Cancelled);
        using var json = JsonDocument.Parse(text);
        if (response.StatusCode == HttpStatusCode.InternalServerError)
        {
            Assert.StartsWith($"model {model} failed: ", json.RootElement.GetProperty("message").GetString(), StringComparison.Ordinal);
            return;
        }

        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{model}: {text}");
        Assert.All(json.RootElement.GetProperty("results").EnumerateArray(), result => Assert.InRange(result.GetProperty("relevance_score").GetSingle(), 0f, 1f));
    }
}
