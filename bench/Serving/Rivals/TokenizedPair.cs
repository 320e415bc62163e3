using System.Text.Json.Nodes;
using Rerank.Serving.Load;

namespace Rerank.Serving.Rivals;

/// <summary>A pair as a model reads it, tokenized beforehand.</summary>
internal sealed record TokenizedPair(long[] Ids, long[] Types)
{
    public int Length => Ids.Length;
}

/// <summary>Words to ids, by looking them up: the workload's words are one token each.</summary>
internal sealed class Lookup(string tokenizerFile)
{
    private readonly JsonObject _vocabulary = JsonNode.Parse(File.ReadAllText(tokenizerFile))!["model"]!["vocab"]!.AsObject();

    public TokenizedPair[] Tokenize(Request request) => [.. request.Texts.Select(text => Pair(request.Query, text))];

    private TokenizedPair Pair(string query, string passage)
    {
        long[] first = [Id("[CLS]"), .. query.Split(' ').Select(Id), Id("[SEP]")];
        long[] ids = [.. first, .. passage.Split(' ').Select(Id), Id("[SEP]")];
        var types = new long[ids.Length];
        types.AsSpan(first.Length).Fill(1);
        return new TokenizedPair(ids, types);
    }

    private long Id(string word) => (long)_vocabulary[word]!;
}
