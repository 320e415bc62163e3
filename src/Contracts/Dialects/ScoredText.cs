namespace Rerank.Contracts.Dialects;

/// <summary>Whether a document was scored by the text that its request means.</summary>
public static class ScoredText
{
    /// <summary>
    /// Refuses what a model would have had to read another part of than it did. What a request asks for and a model can't do is no reason to refuse as long
    /// as it makes no difference.
    /// </summary>
    /// <param name="document">Place of the document in the request.</param>
    /// <param name="tokens">That the model was fed, special tokens included.</param>
    /// <param name="truncated">Whether text was cut off at the end.</param>
    /// <exception cref="RequestException">The score is of another text.</exception>
    public static void Check(RerankRequest request, int document, int tokens, bool truncated)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (truncated && request.Truncation == TruncationRule.None)
            throw Wrong($"document {document} and the query don't fit into the model's input, and the request doesn't allow to shorten them");
        if (truncated && request.Truncation == TruncationRule.Start)
            throw Wrong($"document {document} and the query don't fit into the model's input, and texts can only be shortened at their end (\"Right\")");
        if (tokens > request.MaxTokensPerPair)
            throw Wrong($"document {document} and the query have {tokens} tokens, and they can't be shortened to the {request.MaxTokensPerPair} of truncate_prompt_tokens");
    }

    private static RequestException Wrong(string message) => new(RequestErrorKind.Invalid, message);
}
