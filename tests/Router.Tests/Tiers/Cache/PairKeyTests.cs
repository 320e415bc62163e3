using Rerank.Router.Tiers.Cache;

namespace Rerank.Router.Tests.Tiers.Cache;

public sealed class PairKeyTests
{
    private static readonly PairKey Base = Key("sha256:a", null, "query", "passage");

    [Fact]
    public void Of_SamePair_IsEqual() => Assert.Equal(Base, Key("sha256:a", null, "query", "passage"));

    [Fact]
    [Trait("Fault", "T59")]
    public void Of_AnyFieldDiffers_IsDifferent()
    {
        Assert.NotEqual(Base, Key("sha256:b", null, "query", "passage"));
        Assert.NotEqual(Base, Key("sha256:a", 5, "query", "passage"));
        Assert.NotEqual(Base, Key("sha256:a", null, "query ", "passage"));
        Assert.NotEqual(Base, Key("sha256:a", null, "query", "passage "));
    }

    [Fact]
    public void Of_TextMovedOverABorder_IsDifferent()
    {
        Assert.NotEqual(Key("sha256:a", null, "ab", "c"), Key("sha256:a", null, "a", "bc"));
        Assert.NotEqual(Key("sha256:a", null, "x", "c"), Key("sha256:ax", null, "", "c"));
    }

    private static PairKey Key(string model, int? maxTokens, string query, string passage)
    {
        Span<byte> question = stackalloc byte[PairKey.DigestBytes];
        Span<byte> text = stackalloc byte[PairKey.DigestBytes];
        PairKey.HashQuestion(model, maxTokens, query, question);
        PairKey.HashText(passage, text);
        return PairKey.Of(question, text);
    }
}
