namespace Rerank.RerankerHost.Tokenization;

/// <summary>A token that is looked for in a text before anything else.</summary>
/// <param name="IsWord">Only where no letter, digit or the like stands beside it.</param>
/// <param name="TakesLeft">With the white space before it.</param>
/// <param name="TakesRight">With the white space after it.</param>
/// <param name="IsNormalized">Looked for in the normalized text, by what it becomes itself.</param>
internal sealed record AddedToken(string Content, int Id, bool IsWord, bool TakesLeft, bool TakesRight, bool IsNormalized, bool IsSpecial);
