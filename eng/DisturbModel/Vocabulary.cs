using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rerank.DisturbModel;

/// <summary>The words of a tokenizer.json, WordPiece or BPE.</summary>
internal static class Vocabulary
{
    /// <exception cref="InvalidDataException">The vocabulary doesn't have this word as one token.</exception>
    public static long TokenOf(byte[] tokenizer, string word) =>
        (long?)Words(Parse(tokenizer))[word] ?? throw new InvalidDataException($"the vocabulary has no token {word}");

    /// <summary>Deals the ids out anew to all words but the special tokens, as a tokenizer of another training run would.</summary>
    public static byte[] Shuffle(byte[] tokenizer, ulong seed)
    {
        var file = Parse(tokenizer);
        var words = Words(file);
        var special = file["added_tokens"]!.AsArray().Select(token => (string)token!["content"]!).ToHashSet();
        var names = words.Select(word => word.Key).Where(word => !special.Contains(word)).ToList();
        var ids = names.ConvertAll(name => (long)words[name]!);

        // Fisher and Yates.
        var random = new SplitMix64(seed);
        for (var i = ids.Count - 1; i > 0; i--)
        {
            var other = random.Next(i + 1);
            (ids[i], ids[other]) = (ids[other], ids[i]);
        }

        foreach (var (name, id) in names.Zip(ids))
            words[name] = id;
        return JsonSerializer.SerializeToUtf8Bytes(file);
    }

    private static JsonNode Parse(byte[] tokenizer) => JsonNode.Parse(tokenizer)!;

    private static JsonObject Words(JsonNode file) => file["model"]!["vocab"]!.AsObject();
}
