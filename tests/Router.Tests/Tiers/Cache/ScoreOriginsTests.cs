using Rerank.Router.Tiers.Cache;

namespace Rerank.Router.Tests.Tiers.Cache;

public class ScoreOriginsTests
{
    private readonly ScoreOrigins _origins = new();

    [Fact]
    public void Learn_LastAnswer_DecidesForItsModelAlone()
    {
        var (a, b) = (_origins.NameOf("sha256:a", "full"), _origins.NameOf("sha256:b", "full"));
        var cuda = _origins.Learn("sha256:a", "full", "CUDA");
        var cpu = _origins.Learn("sha256:a", "full", "CPU");

        Assert.Equal(4, new[] { a, b, cuda, cpu }.Distinct().Count());
        Assert.Equal((cpu, b), (_origins.NameOf("sha256:a", "full"), _origins.NameOf("sha256:b", "full")));
        Assert.Equal(cuda, _origins.Learn("sha256:a", "full", "CUDA"));
    }

    [Fact]
    public void Learn_HostThatDoesNotSay_IsAsBeforeAnyAnswer()
    {
        var before = _origins.NameOf("sha256:a", "full");
        _origins.Learn("sha256:a", "full", "CUDA");

        Assert.Equal(before, _origins.Learn("sha256:a", "full", null));
        Assert.Equal(before, _origins.NameOf("sha256:a", "full"));
    }

    [Fact]
    public void Name_OfOtherHosts_IsAnother()
    {
        Assert.NotEqual(_origins.NameOf("sha256:a", "full"), _origins.NameOf("sha256:a", "full.next"));
        Assert.NotEqual(_origins.Learn("sha256:a", "full", "CPU"), _origins.Learn("sha256:a", "full.next", "CPU"));
    }

    [Fact]
    public void Keep_ClusterThatIsGoneAndComesAgain_IsAnother()
    {
        var before = _origins.Learn("sha256:a", "full", "CPU");
        var other = _origins.Learn("sha256:a", "full.next", "CPU");

        _origins.Keep(new HashSet<string> { "full.next" });

        Assert.NotEqual(before, _origins.Learn("sha256:a", "full", "CPU"));
        Assert.Equal(other, _origins.NameOf("sha256:a", "full.next"));
    }

    [Fact]
    public void Learn_ManyModels_ForgetsInsteadOfGrowing()
    {
        var plain = Enumerable.Range(0, 5000).Select(i => _origins.NameOf($"sha256:{i}", "full")).ToList();
        for (var i = 0; i < 5000; i++)
            _origins.Learn($"sha256:{i}", "full", "CPU");

        Assert.True(Enumerable.Range(0, 5000).Count(i => _origins.NameOf($"sha256:{i}", "full") != plain[i]) <= 1024);
        Assert.EndsWith(" CPU", _origins.NameOf("sha256:4999", "full"), StringComparison.Ordinal);
    }
}
