using System.Text.Json;
using Rerank.Contracts;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Router.Routing;
using Rerank.Router.Tests.Stubs;

namespace Rerank.Router.Tests.Routing;

public sealed class RoutingTableRulesTests
{
    private static readonly Cluster[] Clusters = [Tables.Cluster("small", "unix:small.sock"), Tables.Cluster("full", "http://p-full.shop.svc:8080")];

    private static readonly RoutingTable Valid =
        Tables.Table([Tables.Cache, Tables.Model("small", Tables.Margin(2000, 10)), Tables.Model("full")], Clusters);

    [Fact]
    public void FirstError_ValidTable_IsNull() => Assert.Null(RoutingTableRules.FirstError(Valid));

    public static TheoryData<string, RoutingTable> Wrong => new()
    {
        { "generation must be at least 1, not 0", Valid with { Generation = 0 } },
        { "pipeline must not be empty", Valid with { Pipeline = " " } },
        { "clusters[1].name: small is there twice", Valid with { Clusters = [Clusters[0], Clusters[0]] } },
        { "clusters[0].addresses must have at most 1000 entries, not 1001", Valid with { Clusters = [Tables.Cluster("small", [.. Enumerable.Repeat("unix:a", 1001)]), Clusters[1]] } },
        { "clusters[0].addresses[0] must be http://HOST:PORT or unix:NAME (lower-case letters, digits, '.', '-')", Valid with { Clusters = [Tables.Cluster("small", "unix:../x"), Clusters[1]] } },
        { "clusters[0].addresses[0] must be http://HOST:PORT or unix:NAME (lower-case letters, digits, '.', '-')", Valid with { Clusters = [Tables.Cluster("small", "http://a/path"), Clusters[1]] } },
        { "clusters[0].addresses[0] must be http://HOST:PORT or unix:NAME (lower-case letters, digits, '.', '-')", Valid with { Clusters = [Tables.Cluster("small", "https://a"), Clusters[1]] } },
        { "stable.revision must be 1 to 128 letters, digits, '.', '_' and '-'", Arm(arm => arm with { Revision = "a\nb" }) },
        { "stable.policy.requestTimeoutMilliseconds must be from 1 to 600000, not 0", Arm(arm => arm with { Policy = new RouterPolicy { RequestTimeoutMilliseconds = 0 } }) },
        { "stable.policy.failurePolicy must be one of ServeLowerTier, InputOrder, Fail", Arm(arm => arm with { Policy = new RouterPolicy { FailurePolicy = (FailurePolicy)9 } }) },
        { "stable.policy.limits.maxDocuments must be from 1 to 10000, not 0", Arm(arm => arm with { Policy = new RouterPolicy { Limits = new RequestLimits { MaxDocuments = 0 } } }) },
        { "stable.policy.limits.maxBodyBytes must be from 1 to 104857600, not 104857601", Arm(arm => arm with { Policy = new RouterPolicy { Limits = new RequestLimits { MaxBodyBytes = 104_857_601 } } }) },
        { "cors.allowedOrigins[1] must be an origin such as https://shop.example.org, or *", Valid with { Cors = new Cors(["*", "https://shop.example.org/"]) } },
        { "cors.allowedOrigins must have at most 64 entries, not 65", Valid with { Cors = new Cors([.. Enumerable.Repeat("*", 65)]) } },
        { "stable.tiers must have from 1 to 4 entries, not 0", Arm(arm => arm with { Tiers = [] }) },
        { "stable.tiers must have at least one with model", Arm(arm => arm with { Tiers = [Tables.Cache] }) },
        { "stable.tiers[1].cache: a cache must be the first tier", Arm(arm => arm with { Tiers = [arm.Tiers[1], Tables.Cache, arm.Tiers[2]] }) },
        { "stable.tiers[0] must have exactly one of cache and model", Arm(arm => arm with { Tiers = [new Tier { Name = "x" }, arm.Tiers[2]] }) },
        { "stable.tiers[1].name: full is there twice", Arm(arm => arm with { Tiers = [Tables.Model("full", Tables.Always), Tables.Model("full")] }) },
        { "stable.tiers[0].cache.memoryBytes must be from 65536 to 68719476736, not 1", Arm(arm => arm with { Tiers = [new Tier { Name = "cache", Cache = new CacheTier(1, 1) }, arm.Tiers[2]] }) },
        { "stable.tiers[0].model.cluster: there is no cluster other", Arm(arm => arm with { Tiers = [Tables.Model("other")] }) },
        { "stable.tiers[0].model.escalation is required on every tier but the last", Arm(arm => arm with { Tiers = [Tables.Model("small"), Tables.Model("full")] }) },
        { "stable.tiers[0].model.escalation must be absent on the last tier", Arm(arm => arm with { Tiers = [Tables.Model("full", Tables.Always)] }) },
        { "stable.tiers[0].model.escalation.marginMilli must be from 0 to 1000000 with type Margin", Arm(arm => arm with { Tiers = [Tables.Model("small", new Escalation { Type = EscalationType.Margin }), Tables.Model("full")] }) },
        { "stable.tiers[0].model.escalation: marginMilli and topK belong to type Margin only", Arm(arm => arm with { Tiers = [Tables.Model("small", new Escalation { Type = EscalationType.Always, TopK = 1 }), Tables.Model("full")] }) },
        { "stable.tiers[0].model.activation must be one of Sigmoid, Identity", Arm(arm => arm with { Tiers = [Tables.Model("full", activation: (Activation)7)] }) },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void FirstError_WrongField_IsNamed(string error, RoutingTable table) => Assert.Equal(error, RoutingTableRules.FirstError(table));

    [Fact]
    public void FirstError_NullsInLists_AreErrors()
    {
        const string Json = """{"generation":1,"pipeline":"a/b","clusters":[null],"stable":{"revision":"r","policy":{},"tiers":[null]}}""";

        Assert.Equal("clusters[0] must not be null", RoutingTableRules.FirstError(JsonSerializer.Deserialize(Json, ContractsJson.Default.RoutingTable)!));
    }

    private static RoutingTable Arm(Func<Arm, Arm> change) => Valid with { Stable = change(Valid.Stable) };
}
