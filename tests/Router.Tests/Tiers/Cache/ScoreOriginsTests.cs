using Rerank.Router.Tiers.Cache;

namespace Rerank.Router.Tests.Tiers.Cache;

public class ScoreOriginsTests
{
    private readonly ScoreOrigins _origins = new();

    [Fact]
    public void NameOf_WhatNobodyHasAnsweredFor_IsTheDigest() => Assert.Equal("sha256:a", _origins.NameOf("sha256:a"));

    [Fact]
    public void Learn_LastAnswer_DecidesForItsModelAlone()
    {
        Assert.Equal("sha256:a CUDA", _origins.Learn("sha256:a", "CUDA"));
        Assert.Equal("sha256:a CPU", _origins.Learn("sha256:a", "CPU"));
        Assert.Equal(("sha256:a CPU", "sha256:b"), (_origins.NameOf("sha256:a"), _origins.NameOf("sha256:b")));
    }

    [Fact]
    public void Learn_HostThatDoesNotSay_IsTheDigest()
    {
        _origins.Learn("sha256:a", "CUDA");

        Assert.Equal("sha256:a", _origins.Learn("sha256:a", null));
        Assert.Equal("sha256:a", _origins.NameOf("sha256:a"));
    }

    [Fact]
    public void Learn_ManyModels_ForgetsInsteadOfGrowing()
    {
        for (var i = 0; i < 5000; i++)
            _origins.Learn($"sha256:{i}", "CPU");

        Assert.True(Enumerable.Range(0, 5000).Count(i => _origins.NameOf($"sha256:{i}") != $"sha256:{i}") <= 1024);
        Assert.Equal("sha256:4999 CPU", _origins.NameOf("sha256:4999"));
    }
}
