namespace Rerank.Dialects;

/// <summary>What becomes of a pair that a model can't read whole.</summary>
public enum TruncationRule
{
    /// <summary>It is cut at the end of its texts.</summary>
    End,

    /// <summary>It is cut at the start of its texts.</summary>
    Start,

    /// <summary>It is an error.</summary>
    None,
}
