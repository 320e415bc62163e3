using System.Text;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Microsoft.ML.Tokenizers;
using Rerank.RerankerHost.Tokenization;

namespace Rerank.Benchmarks;

/// <summary>
/// The host's WordPiece tokenizer beside that of Microsoft.ML.Tokenizers, on the passages of the tiny model's golden file. They don't compute the
/// same (the library drops symbols and line breaks, among other things), so this compares the price of the work, not two ways to one result.
/// </summary>
[MemoryDiagnoser]
public class TokenizerBenchmark
{
    private string[] _passages = [];
    private TextTokenizer _ours = null!;
    private BertTokenizer _library = null!;

    [GlobalSetup]
    public void Setup()
    {
        var model = Path.Combine(AppContext.BaseDirectory, "models", "tiny");
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(model, "golden.json")));
        _passages = [.. golden.RootElement.EnumerateArray().Select(pair => pair.GetProperty("passage").GetString()!)];

        _ours = TokenizerFile.Load(Path.Combine(model, "tokenizer.json"));
        using var vocabulary = new MemoryStream(Encoding.UTF8.GetBytes(Vocabulary(Path.Combine(model, "tokenizer.json"))));
        _library = BertTokenizer.Create(vocabulary, new BertOptions { RemoveNonSpacingMarks = true });
    }

    [Benchmark(Baseline = true, Description = "Microsoft.ML.Tokenizers")]
    public int Library()
    {
        var tokens = 0;
        foreach (var passage in _passages)
            tokens += _library.EncodeToIds(passage, addSpecialTokens: false).Count;
        return tokens;
    }

    [Benchmark(Description = "RerankerHost")]
    public int Ours()
    {
        using var buffer = new TokenBuffer();
        var tokens = 0;
        foreach (var passage in _passages)
        {
            buffer.Truncate(0);
            tokens += _ours.Tokenize(passage, buffer, int.MaxValue);
        }

        return tokens;
    }

    /// <summary>One piece a line, in the order of their ids, as the library reads it.</summary>
    private static string Vocabulary(string tokenizerFile)
    {
        using var tokenizer = JsonDocument.Parse(File.ReadAllBytes(tokenizerFile));
        var pieces = tokenizer.RootElement.GetProperty("model").GetProperty("vocab").EnumerateObject().OrderBy(piece => piece.Value.GetInt32());
        return string.Join('\n', pieces.Select(piece => piece.Name));
    }
}
