using Rerank.Operator.Manifests;
using Rerank.Operator.Names;

namespace Rerank.Operator.Tests.Manifests;

public sealed class PipelineNamesTests
{
    [Fact]
    public void Names_OfAShortPipeline_AreReadable()
    {
        var names = new PipelineNames("search");

        Assert.Equal(("search", "search-router", "search-admin", "search-full"), (names.Service, names.Router, names.AdminSecret, names.Pool(new("full"))));
    }

    [Theory]
    [InlineData("a-very-long-name-of-a-pipeline-that-fills-all-of-the-sixty-three")]
    [InlineData("with.dots")]
    [InlineData("1-starts-with-a-digit")]
    public void Names_ThatWouldNotBeAllowed_BecomeSo(string pipeline)
    {
        var names = new PipelineNames(pipeline);

        Assert.All([names.Service, names.Router, names.Pool(new("full")), names.LabelValue], name => Assert.Matches("^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$", name));
        Assert.NotEqual(names.Pool(new("full")), names.Pool(new("fuller")));
    }

    [Theory]
    [InlineData("small", "admin-small")]
    [InlineData("a-tier-with-a-name", "admin-f71923f5")]
    public void SidecarAdmin_IsAPortName(string tier, string expected)
    {
        Assert.True(PodPorts.SidecarAdmin(tier).Length <= 15);
        Assert.Equal(expected, PodPorts.SidecarAdmin(tier));
    }
}
