using k8s.Models;
using Rerank.Operator.Manifests;
using Rerank.Operator.Revisions;

namespace Rerank.Operator.Tests.Manifests;

public sealed class DefaultResourcesTests
{
    private const long Mebibyte = 1024 * 1024;

    [Theory]
    [InlineData(new long[0], 8, "160Mi", "416Mi")]
    [InlineData(new long[] { 64 }, 8, "224Mi", "416Mi")]
    // Two arms whose caches have one size share one.
    [InlineData(new long[] { 64, 64 }, 8, "224Mi", "416Mi")]
    [InlineData(new long[] { 64, 256 }, 8, "480Mi", "768Mi")]
    // The largest body that is allowed fits beside the cache.
    [InlineData(new long[] { 64 }, 100, "224Mi", "992Mi")]
    [InlineData(new long[] { 65536 }, 8, "65696Mi", "131200Mi")]
    public void Router_FollowsFromCachesAndBodies(long[] caches, long maxBody, string request, string limit)
    {
        var resources = DefaultResources.Router(caches.Select(c => c * Mebibyte), maxBody * Mebibyte);

        Assert.Equal((request, limit), (resources.Requests!["memory"], resources.Limits!["memory"]));
        Assert.False(resources.Limits.ContainsKey("cpu"));
        // The heap, three quarters, has room for what is always there and for all requests that may be in flight.
        Assert.True((decimal)new ResourceQuantity(limit) * 0.5m >= caches.Distinct().Sum() * Mebibyte);
    }

    [Fact]
    public void Fill_WhatTheUserNames_IsTheUsersAlone()
    {
        var own = new ResourcesSnapshot(null, new() { ["memory"] = "48Mi" });

        var filled = DefaultResources.Fill(own, DefaultResources.Router([], 1));

        Assert.Equal(["cpu"], filled.Requests!.Keys);
        Assert.Equal("48Mi", Assert.Single(filled.Limits!).Value);
    }

    [Fact]
    public void Host_BesideAGpu_AsksForNoCpu()
    {
        Assert.False(DefaultResources.Host(hasGpu: true).Requests!.ContainsKey("cpu"));
        Assert.Equal("100m", DefaultResources.Host(hasGpu: false).Requests!["cpu"]);
    }
}
