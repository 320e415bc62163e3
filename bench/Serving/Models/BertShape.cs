namespace Rerank.Serving.Models;

/// <summary>The sizes of a published cross-encoder.</summary>
internal sealed record BertShape(string Name, int Layers, int Hidden, int Heads, int Intermediate)
{
    public const int Vocabulary = 30_522;
    public const int Positions = 512;

    /// <summary>cross-encoder/ms-marco-MiniLM-L6-v2.</summary>
    public static readonly BertShape MiniLmL6 = new("minilm-l6", 6, 384, 12, 1536);

    /// <summary>cross-encoder/ms-marco-TinyBERT-L2-v2.</summary>
    public static readonly BertShape TinyBertL2 = new("tinybert-l2", 2, 128, 2, 512);
}
