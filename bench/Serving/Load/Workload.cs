using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rerank.Serving.Load;

/// <summary>Seeded requests of words that are one token each, so that lengths are known: log-normal, mean 90 tokens a pair, at most 300.</summary>
internal sealed class Workload
{
    /// <summary>Of a pair, on average.</summary>
    public const int MeanTokens = 90;
    public const int SpecialTokens = 3;
    private const int QueryTokens = 8;
    private const int MostTokens = 300;

    private readonly string[] _words;

    public Workload(string tokenizerFile)
    {
        var vocabulary = JsonNode.Parse(File.ReadAllText(tokenizerFile))!["model"]!["vocab"]!.AsObject();
        _words = [.. vocabulary.Select(entry => entry.Key).Where(word => word.Length > 2 && word.All(char.IsAsciiLetterLower))];
    }

    /// <param name="pairs">Documents of a request.</param>
    public IReadOnlyList<Request> Make(int requests, int pairs, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, requests).Select(_ => new Request(Text(random, QueryTokens), [.. Enumerable.Range(0, pairs).Select(_ => Text(random, PassageTokens(random)))]))];
    }

    public Request OnePair(int tokens, int seed)
    {
        var random = new Random(seed);
        return new Request(Text(random, QueryTokens), [Text(random, tokens - QueryTokens - SpecialTokens)]);
    }

    // exp(4.31 + 0.6 z) has the mean 90.
    private static int PassageTokens(Random random)
    {
        var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return Math.Clamp((int)Math.Exp(4.31 + (0.6 * normal)), QueryTokens + SpecialTokens + 1, MostTokens) - QueryTokens - SpecialTokens;
    }

    private string Text(Random random, int tokens) => string.Join(' ', Enumerable.Range(0, tokens).Select(_ => _words[random.Next(_words.Length)]));
}

internal sealed record Request(string Query, string[] Texts)
{
    private byte[]? _body;
    private long? _tokens;

    /// <summary>Of all pairs, without padding: a word is a token.</summary>
    public long Tokens => _tokens ??= Texts.Sum(text => Words(Query) + Words(text) + Workload.SpecialTokens);

    /// <summary>As TEI's clients send it.</summary>
    public byte[] Body => _body ??= JsonSerializer.SerializeToUtf8Bytes(new { query = Query, texts = Texts });

    private static long Words(string text) => text.AsSpan().Count(' ') + 1;
}
