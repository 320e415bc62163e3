namespace Rerank.Dialects;

/// <summary>Whether a document was scored by the text that its request means.</summary>
public static class ScoredText
{
    /// <summary>
    /// Refuses what a model would have had to read another part of than it did. What a request asks for and a model can't do is no reason to refuse as long
    /// as it makes no difference.
    /// </summary>
    /// <param name="document">Place of the document in this request.</param>
    /// <param name="tokens">That the model was fed, special tokens included.</param>
    /// <param name="totalTokens">What they would be if nothing were cut off; 0: not known.</param>
    /// <param name="truncated">Whether text was cut off at the end.</param>
    /// <exception cref="RequestException">The score is of another text.</exception>
    public static void Check(RerankRequest request, int document, int tokens, int totalTokens, bool truncated)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (truncated && request.Truncation == TruncationRule.None)
            throw Wrong($"{Tokens()}, and the request doesn't allow to shorten them");
        if (truncated && request.Truncation == TruncationRule.Start)
            throw Wrong($"{Tokens()}, and texts can only be shortened at their end (\"Right\")");
        if (tokens > request.MaxTokensPerPair)
            throw Wrong($"{Pair()} have {tokens} tokens, and they can't be shortened to the {request.MaxTokensPerPair} of truncate_prompt_tokens");

        string Pair() => $"document {request.PlaceOf(document)} and the query";

        string Tokens() => totalTokens > 0 ? $"{Pair()} have {totalTokens} tokens, of which the model can be given {tokens}" : $"{Pair()} have more than the {tokens} tokens that the model can be given";

        RequestException Wrong(string message) => new(new RequestError(RequestErrorKind.Invalid, message) { Document = request.PlaceOf(document) });
    }
}
