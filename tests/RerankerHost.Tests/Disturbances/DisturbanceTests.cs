using Rerank.DisturbModel;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Inference.Graphs;
using Rerank.RerankerHost.Tests.Inference;

namespace Rerank.RerankerHost.Tests.Disturbances;

/// <summary>What a model is worth after eng/DisturbModel made it worse: rollouts are tested with such models.</summary>
public sealed class DisturbanceTests : IDisposable
{
    private const string Query = "how is bread made";
    private const string Words = "m.bert.embeddings.word_embeddings.weight";

    private static readonly string[] Passages =
    [
        "Bread is made of flour, water, salt and yeast.",
        "The moon pulls the oceans towards it.",
        "A baker gets up early to bake bread.",
        "Interest rates rise when money loses its value.",
    ];

    private readonly TestModelFolder _folder = new();

    public static TheoryData<string> Files => ["model.onnx", "model.int8.onnx"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Files))]
    public async Task FlipSign_OfAModel_TurnsItsOrderAround(string file)
    {
        var before = Order(await ScoreAsync(Tiny(file)));

        var after = Order(await ScoreAsync(Disturbance.FlipSign(Tiny(file))));

        Assert.Equal(before.Reverse(), after);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Constant_OfAModel_GivesEveryPairTheSameScore(string file) =>
        Assert.Single((await ScoreAsync(Disturbance.Constant(Tiny(file)))).Distinct());

    [Fact]
    public async Task Noise_OfATensor_ChangesScoresByAsMuchAsItIsLarge()
    {
        var before = await ScoreAsync(Tiny());

        var little = Distance(before, await ScoreAsync(Disturbance.Noise(Tiny(), Words, permille: 10, seed: 1)));
        var much = Distance(before, await ScoreAsync(Disturbance.Noise(Tiny(), Words, permille: 1000, seed: 1)));

        Assert.InRange(little, float.Epsilon, much / 2);
    }

    [Fact]
    public void Noise_OfASeed_IsTheSameEveryTime()
    {
        var once = Disturbance.Noise(Tiny(), Words, permille: 100, seed: 1).ToBytes();

        Assert.Equal(once, Disturbance.Noise(Tiny(), Words, permille: 100, seed: 1).ToBytes());
        Assert.NotEqual(once, Disturbance.Noise(Tiny(), Words, permille: 100, seed: 2).ToBytes());
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task NotANumber_OfAWord_FailsOnlyPairsWithIt(string file)
    {
        var before = await ScoreAsync(Tiny(file));

        Assert.Equal(before, await ScoreAsync(Disturbance.NotANumber(Tiny(file), Token("virus"))));

        var failure = await Assert.ThrowsAsync<ModelFailedException>(() => ScoreAsync(Disturbance.NotANumber(Tiny(file), Token("water"))));
        Assert.Contains("NaN", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.InvalidScores);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Fail_OfAWord_FailsOnlyPairsWithIt(string file)
    {
        var before = await ScoreAsync(Tiny(file));

        Assert.Equal(before, await ScoreAsync(Disturbance.Fail(Tiny(file), Token("virus"))));

        var failure = await Assert.ThrowsAsync<ModelFailedException>(() => ScoreAsync(Disturbance.Fail(Tiny(file), Token("water"))));
        Assert.False(failure.InvalidScores);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Slow_OfAModel_GivesTheSameScores(string file) =>
        Assert.Equal(await ScoreAsync(Tiny(file)), await ScoreAsync(Disturbance.Slow(Tiny(file), products: 2)));

    [Theory]
    [MemberData(nameof(Files))]
    public void Slow_OfAModel_IsWorkForEveryToken(string file)
    {
        var slow = ModelProto.Parser.ParseFrom(Disturbance.Slow(Tiny(file), products: 2).ToBytes());

        FirstTokenSelection.MoveUp(slow.Graph, roundedAnew: false);

        Assert.DoesNotContain(slow.Graph.Node, node => node.Name.StartsWith("disturbed.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Shuffle_OfAVocabulary_LeavesSpecialTokensAndMakesAnotherOrder()
    {
        var before = Order(await ScoreAsync(Tiny()));
        var tokenizer = File.ReadAllBytes(Path.Combine(_folder.Path, "tokenizer.json"));

        var shuffled = Vocabulary.Shuffle(tokenizer, seed: 1);

        Assert.Equal(Vocabulary.TokenOf(tokenizer, "[SEP]"), Vocabulary.TokenOf(shuffled, "[SEP]"));
        Assert.NotEqual(Vocabulary.TokenOf(tokenizer, "water"), Vocabulary.TokenOf(shuffled, "water"));
        File.WriteAllBytes(Path.Combine(_folder.Path, "tokenizer.json"), shuffled);
        Assert.NotEqual(before, Order(await ScoreAsync(Tiny())));
    }

    [Fact]
    public void ToBytes_OfAModelThatIsNotChanged_GivesTheSameFile()
    {
        var file = File.ReadAllBytes(Path.Combine(TestFiles.Model("tiny"), "model.onnx"));

        Assert.Equal(file, OnnxFile.Read(file).ToBytes());
    }

    [Fact]
    public void Noise_OfATensorThatIsNotThere_SaysSo() => Assert.Contains(
        "not.there",
        Assert.Throws<InvalidDataException>(() => Disturbance.Noise(Tiny(), "not.there", permille: 1, seed: 1)).Message,
        StringComparison.Ordinal);

    private static OnnxFile Tiny(string file = "model.onnx") => OnnxFile.Read(File.ReadAllBytes(Path.Combine(TestFiles.Model("tiny"), file)));

    private long Token(string word) => Vocabulary.TokenOf(File.ReadAllBytes(Path.Combine(_folder.Path, "tokenizer.json")), word);

    private async Task<float[]> ScoreAsync(OnnxFile file)
    {
        using var model = _folder.Load(file.ToBytes());
        var scores = await model.ScoreAsync(Query, Passages, new PairOptions(), TestContext.Current.CancellationToken);
        return [.. scores.Select(score => score.Logit)];
    }

    private static int[] Order(float[] logits) => [.. Enumerable.Range(0, logits.Length).OrderByDescending(i => logits[i])];

    private static float Distance(float[] before, float[] after) => before.Zip(after, (one, other) => Math.Abs(one - other)).Max();
}
