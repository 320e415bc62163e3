using System.Text.Json;

namespace Rerank.RouterBench;

/// <summary>Seeded requests, as TEI's clients send them.</summary>
internal static class Bodies
{
    private static readonly string[] Words =
        ["the", "retrieval", "of", "passages", "that", "ground", "an", "answer", "is", "measured", "by", "how", "many", "are", "relevant", "and", "where", "they", "stand", "in", "its", "list"];

    /// <param name="characters">Of a document, about.</param>
    public static byte[][] Make(int requests, int documents, int characters, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, requests).Select(_ => JsonSerializer.SerializeToUtf8Bytes(new
        {
            query = Text(random, 40),
            texts = Enumerable.Range(0, documents).Select(_ => Text(random, characters)).ToArray(),
        }))];
    }

    private static string Text(Random random, int characters)
    {
        var text = new System.Text.StringBuilder(characters + 16);
        while (text.Length < characters)
            text.Append(random.GetItems(Words, 1)[0]).Append(' ').Append(random.Next(1000)).Append(' ');
        return text.ToString().TrimEnd();
    }
}
