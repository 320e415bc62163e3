namespace Rerank.RerankerHost.Tokenization;

/// <summary>Settings of <c>BertNormalizer</c> in a tokenizer.json.</summary>
internal readonly record struct BertNormalization(bool CleanText, bool HandleChineseCharacters, bool StripAccents, bool Lowercase);
