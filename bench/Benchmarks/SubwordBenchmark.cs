using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Rerank.RerankerHost.Tokenization;

namespace Rerank.Benchmarks;

/// <summary>The host's tokenizers of each kind on the passages of the tiny model's golden file. Vocabularies differ, and with them the number of tokens.</summary>
[MemoryDiagnoser]
public class SubwordBenchmark
{
    private string[] _passages = [];
    private TextTokenizer _tokenizer = null!;

    /// <summary>Names of small tokenizers of the tests.</summary>
    [Params("roberta", "modernbert", "xlmroberta", "xlmroberta2", "deberta")]
    public string Family { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "models", "tiny", "golden.json")));
        _passages = [.. golden.RootElement.EnumerateArray().Select(pair => pair.GetProperty("passage").GetString()!)];
        _tokenizer = TokenizerFile.Load(Path.Combine(AppContext.BaseDirectory, "tokenizers", Family, "tokenizer.json"));
    }

    [Benchmark]
    public int Tokenize()
    {
        using var buffer = new TokenBuffer();
        var tokens = 0;
        foreach (var passage in _passages)
        {
            buffer.Truncate(0);
            tokens += _tokenizer.Tokenize(passage, buffer, int.MaxValue);
        }

        return tokens;
    }
}
