using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Rerank.Contracts.Evidence;
using Rerank.Contracts.Routing;
using Rerank.Router.Trials;
using Rerank.TestKit;

namespace Rerank.Router.Tests.Stubs;

/// <summary>A router with a stable revision <c>r1</c> on the host <c>full</c>, and a candidate <c>c1</c> on the host <c>next</c>.</summary>
internal sealed class Canary : IAsyncDisposable
{
    public static readonly (string, string) Force = ("X-Rerank-Candidate", "always");

    public required StubHost Stable { get; init; }

    public required StubHost Candidate { get; init; }

    public required RunningRouter Router { get; init; }

    public required RoutingTable Table { get; set; }

    /// <summary>Falls for whatever is in doubt, until told otherwise.</summary>
    public required LoadedDice Dice { get; init; }

    /// <param name="change">Of a candidate that gets everything.</param>
    public static async Task<Canary> StartAsync(
        Func<CandidateArm, CandidateArm>? change = null, bool cached = false, Func<RoutingTable, RoutingTable>? table = null, TimeProvider? time = null)
    {
        var stable = await StubHost.StartAsync("full");
        var candidate = await StubHost.StartAsync("next");
        Tier[] first = cached ? [Tables.Cache] : [];
        var arm = Tables.Candidate([.. first, Tables.Model("next")], traffic: 1000);
        var clusters = new[] { Tables.Cluster("full", stable.Address), Tables.Cluster("next", candidate.Address) };
        var all = Tables.Table([.. first, Tables.Model("full")], clusters) with { Candidate = change?.Invoke(arm) ?? arm };
        all = table?.Invoke(all) ?? all;
        var dice = new LoadedDice();
        return new Canary
        {
            Stable = stable,
            Candidate = candidate,
            Dice = dice,
            Table = all,
            Router = await RunningRouter.StartAsync(all, null, services =>
            {
                services.Replace(ServiceDescriptor.Singleton<IDice>(dice));
                if (time is not null)
                    services.Replace(ServiceDescriptor.Singleton(time));
            }),
        };
    }

    /// <summary>Passages with their logits before both models.</summary>
    public static string[] Documents(params (float Full, float Next)[] logits) =>
        [.. logits.Select((logit, i) => FormattableString.Invariant($"passage {i} full={logit.Full} next={logit.Next}"))];

    /// <summary>As the next generation.</summary>
    public Task<RouterStatus> ChangeAsync(Func<CandidateArm, CandidateArm?> change)
    {
        Table = Table with { Generation = Table.Generation + 1, Candidate = change(Table.Candidate!) };
        return Router.PushAsync(Table);
    }

    public async Task<CandidateStatus> EvidenceAsync() => (await Router.StatusAsync()).Candidate!;

    /// <summary>Shadows come after the answer.</summary>
    public Task<CandidateStatus> ShadowedAsync(Func<CandidateStatus, bool> condition) => Eventually.Passes(
        async () =>
        {
            var evidence = await EvidenceAsync();
            Assert.True(condition(evidence), evidence.ToString());
            return evidence;
        },
        TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Router.DisposeAsync();
        await Stable.DisposeAsync();
        await Candidate.DisposeAsync();
    }
}
