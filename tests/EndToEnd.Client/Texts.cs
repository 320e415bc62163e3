namespace Rerank.EndToEnd.Client;

/// <summary>Questions and passages, few of which answer one: rankings of such say something about a model.</summary>
internal sealed class Texts
{
    private readonly string[] _queries = Lines("queries.txt");
    private readonly string[] _sentences = Lines("passages.txt");

    public int MaxPassages => _sentences.Length / 2;

    /// <summary>Of one or two sentences each, so that a cache hardly ever knows one of them together with this query.</summary>
    public (string Query, string[] Passages) Request(int passages, Random random)
    {
        string[] sentences = [.. _sentences];
        random.Shuffle(sentences);
        var texts = Enumerable.Range(0, passages)
            .Select(i => random.Next(2) == 0 ? sentences[i] : $"{sentences[i]} {sentences[i + MaxPassages]}");
        return (_queries[random.Next(_queries.Length)], [.. texts]);
    }

    private static string[] Lines(string file) => File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, file));
}
