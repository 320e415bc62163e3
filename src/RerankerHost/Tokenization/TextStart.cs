namespace Rerank.RerankerHost.Tokenization;

/// <summary>What stands before a text that is handed on.</summary>
internal enum TextStart
{
    /// <summary>Nothing.</summary>
    Whole,

    /// <summary>Something that it is apart from, such as an added token.</summary>
    Part,

    /// <summary>The rest of the same text, which is worked on in blocks: it was cut here, at a place where the splitters cut it anyway.</summary>
    Continued,
}
