using System.Text;
using Rerank.Router.Tiers.Cache;

namespace Rerank.Router.Tests.Tiers.Cache;

public sealed class PairKeyTests
{
    private static readonly PairKey Base = Key("sha256:a", default, "query", "passage");

    [Fact]
    public void Of_SamePair_IsEqual() => Assert.Equal(Base, Key("sha256:a", default, "query", "passage"));

    [Fact]
    [Trait("Fault", "T59")]
    public void Of_AnyFieldDiffers_IsDifferent()
    {
        Assert.NotEqual(Base, Key("sha256:b", default, "query", "passage"));
        Assert.NotEqual(Base, Key("sha256:a", new(5), "query", "passage"));
        Assert.NotEqual(Base, Key("sha256:a", new(null, 5), "query", "passage"));
        Assert.NotEqual(Base, Key("sha256:a", new(null, null, 5), "query", "passage"));
        Assert.NotEqual(Base, Key("sha256:a", default, "query ", "passage"));
        Assert.NotEqual(Base, Key("sha256:a", default, "query", "passage "));
    }

    [Fact]
    public void Of_TextMovedOverABorder_IsDifferent()
    {
        Assert.NotEqual(Key("sha256:a", default, "ab", "c"), Key("sha256:a", default, "a", "bc"));
        Assert.NotEqual(Key("sha256:a", default, "x", "c"), Key("sha256:ax", default, "", "c"));
    }

    private static PairKey Key(string model, PairLimits limits, string query, string passage) =>
        PairKey.Of(PairKey.OfQuestion(model, limits, query), PairKey.OfText(Encoding.UTF8.GetBytes(passage)));
}
