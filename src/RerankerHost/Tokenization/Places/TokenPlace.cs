using System.Runtime.InteropServices;

namespace Rerank.RerankerHost.Tokenization.Places;

/// <summary>Where a token or a character stands in a text.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TokenPlace(int Start, int End)
{
    /// <summary>It can't be told.</summary>
    public static readonly TokenPlace Unknown = new(-1, -1);

    public bool IsKnown => Start >= 0;
}

/// <summary>Where a piece stands in the text that it is a piece of.</summary>
/// <param name="At">Of its first character that is the text's.</param>
/// <param name="Added">Characters in front that were put there and stand for the first one.</param>
internal readonly record struct PiecePlace(int At, int Added = 0)
{
    /// <summary>Of a character of the piece.</summary>
    public int Of(int index) => At + Math.Max(0, index - Added);

    /// <summary>Of what follows the first characters.</summary>
    public PiecePlace Skip(int count) => new(Of(count), Math.Max(0, Added - count));

    /// <summary>With one more in front.</summary>
    public PiecePlace Prepend() => this with { Added = Added + 1 };
}
