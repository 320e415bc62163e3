namespace Rerank.RerankerHost.Tokenization.Reading;

/// <summary>Reads <c>added_tokens</c>.</summary>
internal static class AddedTokenReader
{
    /// <param name="vocabulary">The model's.</param>
    public static List<AddedToken> Read(JsonPart root, IReadOnlyDictionary<string, int> vocabulary, int vocabularySize)
    {
        var all = new List<AddedToken>();
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var next = vocabularySize;
        foreach (var part in root.Find("added_tokens")?.Items() ?? [])
        {
            var token = ReadToken(part);

            // The reference gives ids itself and takes those of the file for a hint.
            var id = ids.TryGetValue(token.Content, out var earlier) ? earlier
                : vocabulary.TryGetValue(token.Content, out var known) ? known
                : next;
            if (token.Id != id)
                throw part.Unsupported("id", $"{token.Content} has {token.Id}, and by the order of the tokens it would be {id}");
            ids[token.Content] = id;
            next = Math.Max(next, id + 1);
            all.Add(token);
        }

        return all;
    }

    /// <summary>The tokens to look for in the text as it is, or in the normalized one.</summary>
    /// <param name="normalize">What a token's own text becomes.</param>
    public static AddedTokens Search(IEnumerable<AddedToken> tokens, bool normalized, Func<string, string> normalize, JsonPart root)
    {
        var searched = tokens.Where(token => token.IsNormalized == normalized)
            .OrderBy(token => token.IsSpecial ? 0 : 1)
            .Select(token => (Text: normalized ? normalize(token.Content) : token.Content, Token: token))
            .ToList();
        foreach (var same in searched.GroupBy(token => token.Text, StringComparer.Ordinal))
        {
            var first = same.First().Token;
            if (same.Key.Length == 0)
                throw root.Unsupported("added_tokens", $"nothing is left of {first.Content} when it is normalized");
            if (same.FirstOrDefault(other => other.Token.Id != first.Id).Token is { } other)
                throw root.Unsupported("added_tokens", $"{first.Content} and {other.Content} are the same when they are normalized");
        }

        return new AddedTokens(searched);
    }

    private static AddedToken ReadToken(JsonPart part)
    {
        var content = part["content"].Text;
        if (content.Length == 0)
            throw part.Unsupported("content", "is empty");
        return new AddedToken(
            content,
            part["id"].Integer(0, int.MaxValue - 1),
            part.Flag("single_word"),
            part.Flag("lstrip"),
            part.Flag("rstrip"),
            part.Flag("normalized"),
            part["special"].Boolean);
    }
}
