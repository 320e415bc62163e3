using k8s.Models;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Operator.Api;
using Rerank.Operator.Revisions;
using Rerank.Operator.Status;
using Rerank.Operator.Tests.World;
using Rerank.Programs.Logs;

namespace Rerank.Operator.Tests.Pipelines;

public sealed class RolloutTests
{
    private readonly TestWorld _world = new();

    [Fact]
    public async Task FirstDeployment_EveryPodHoldsItsModels_RoutersServeAndStatusSaysSo()
    {
        await DeployAsync();

        Assert.Equal(2, _world.Nodes.ReadyRouters.Count());
        var served = await _world.ServedModelsAsync();
        Assert.Equal("tiny", served["small"]);
        Assert.Equal("base", served["full"]);
        var status = (await _world.PipelineAsync()).Status!;
        Assert.Equal((await _world.StableAsync())!.Name, status.Stable!.Revision);
        Assert.Null(status.Candidate);
        Assert.Equal("http://search.shop.svc", status.Address);
        Assert.Equal(2, status.Router!.AcknowledgedReplicas);
        Assert.Equal(
            [
                "Available=True", "Ready=True", "Reconciling=False", "Stalled=False", "CandidateHealthy=Unknown", "TrafficConverged=True", "Degraded=False",
                "DirectivesIgnored=False", "EngineCurrent=True", "ResourcesOmitted=False",
            ],
            Conditions(status));
    }

    [Fact]
    public async Task FirstDeployment_OnePodStillLoads_NothingIsRoutedYet()
    {
        _world.Nodes.Outcome = m => m.Name == "base" ? new() { Name = m.Name, Digest = m.Digest, State = ModelState.Downloading } : null;

        await DeployAsync();

        Assert.Null(await _world.TableAsync());
        Assert.Null(await _world.StableAsync());
        Assert.Equal((ConditionStatus.False, Reasons.NoStableRevision), Of(await _world.ConditionAsync("Available")));
        Assert.Equal((ConditionStatus.False, Reasons.ModelLoading), Of(await _world.ConditionAsync("Ready")));
        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Reconciling")).Status);
    }

    [Fact]
    public async Task SteadyState_ReconciledAgain_WritesNothingNew()
    {
        await DeployAsync();
        var (pipeline, table) = (await _world.PipelineAsync(), await _world.TableAsync());

        await _world.SettleAsync();

        Assert.Equal(pipeline.ResourceVersion(), (await _world.PipelineAsync()).ResourceVersion());
        Assert.Equal(table!.Generation, (await _world.TableAsync())!.Generation);
    }

    [Fact]
    public async Task ModelChanged_CandidateLoads_TakesOverWithoutRestartingAPod()
    {
        await DeployAsync();
        var (before, pods) = ((await _world.StableAsync())!.Name, _world.PodNames());
        var generation = (await _world.TableAsync())!.Generation;
        await _world.ApplyAsync(Samples.Model("better"));

        await _world.ApplyAsync(Samples.TwoTiers(full: "better"));
        await _world.SettleAsync();

        Assert.Equal("better", (await _world.ServedModelsAsync())["full"]);
        Assert.Equal(pods, _world.PodNames());
        Assert.True((await _world.TableAsync())!.Generation > generation);
        var old = (await _world.RevisionsAsync()).Single(r => r.Name == before);
        Assert.Equal(RevisionRole.Retained, old.Role);
        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Ready")).Status);
    }

    [Fact]
    public async Task ModelChanged_OldIsRetained_HostsKeepBothUntilItsTimeHasPassed()
    {
        await DeployAsync(p => p.Rollout.RetainStableSeconds = 100);
        await _world.ApplyAsync(Samples.Model("better"));
        await _world.ApplyAsync(Samples.TwoTiers(full: "better", change: p => p.Rollout.RetainStableSeconds = 100));
        await _world.SettleAsync();
        Assert.Equal(["base", "better"], _world.HeldBy("full"));

        _world.Time.Advance(TimeSpan.FromSeconds(100));
        await _world.SettleAsync();

        Assert.Equal(["better"], _world.HeldBy("full"));
        Assert.DoesNotContain(await _world.RevisionsAsync(), r => r.Role == RevisionRole.Retained);
    }

    [Fact]
    public async Task ScaledAgainAndAgain_IsDoneAtOnce_AndIsNobodyElsesDoing()
    {
        await DeployAsync();

        for (var replicas = 3; replicas < 10; replicas++)
        {
            await _world.ApplyAsync(Samples.TwoTiers(change: p => p.Router.Replicas = replicas));
            await _world.TurnAsync();
            Assert.Equal(replicas, (await _world.Api.GetAsync<V1Deployment>(new(TestWorld.Namespace, "search-router"), TestContext.Current.CancellationToken))!.Spec.Replicas);
        }

        Assert.DoesNotContain(
            (await _world.Api.ListAsync<Eventsv1Event>(TestWorld.Namespace, null, null, TestContext.Current.CancellationToken)).Items, e => e.Reason is "ChildRestored" or "OwnershipConflict");
    }

    [Fact]
    public async Task CandidateLacksGpuMemory_WhatIsOnlyRetainedMakesRoom()
    {
        await DeployAsync();
        await ChangeAsync("second");
        await ChangeAsync("third");
        Assert.Equal(["base", "second", "third"], _world.HeldBy("full"));

        // Three fit.
        _world.Nodes.Outcome = m => m.Name == "fourth" && _world.HeldBy("full").Count() > 3 ? Samples.Failed(m, ModelFailure.GpuMemoryExceeded, "too much") : null;
        await ChangeAsync("fourth");

        Assert.Equal(["fourth", "second", "third"], _world.HeldBy("full"));
        Assert.Equal("fourth", (await _world.ServedModelsAsync())["full"]);

        async Task ChangeAsync(string model)
        {
            await _world.ApplyAsync(Samples.Model(model));
            await _world.ApplyAsync(Samples.TwoTiers(full: model, change: p => (p.Rollout.RetainStableSeconds, p.Rollout.RetainRevisions) = (3600, 8)));
            await _world.SettleAsync(16);
        }
    }

    [Fact]
    public async Task CandidateFails_StableServesOnAndConditionSaysWhatToDo()
    {
        await DeployAsync();
        await _world.ApplyAsync(Samples.Model("broken"));
        _world.Nodes.Outcome = m => m.Name == "broken" ? Samples.Failed(m, ModelFailure.DigestMismatch, "model.onnx has another digest") : null;

        await _world.ApplyAsync(Samples.TwoTiers(full: "broken"));
        await _world.SettleAsync();

        Assert.Equal("base", (await _world.ServedModelsAsync())["full"]);
        var ready = await _world.ConditionAsync("Ready");
        Assert.Equal((ConditionStatus.False, Reasons.ModelFailed), Of(ready));
        Assert.Contains("DigestMismatch", ready.Message);
        Assert.Contains("sha256", ready.Message);
        Assert.Contains("goes on answering", ready.Message);
        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Available")).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CandidateAtAStep_UpgradeOfItsPodsTakesLongerThanTheDeadline_IsNoFaultOfIts(bool canFail)
    {
        await DeployAsync(spec => spec.Rollout = Half());
        await _world.ApplyAsync(Samples.Model("better"));
        await _world.ApplyAsync(Samples.TwoTiers(full: "better", change: spec => spec.Rollout = Half()));
        await _world.SettleAsync();
        Assert.Equal("half", (await _world.PipelineAsync()).Status!.Candidate!.Step);

        // What runs goes on; new pods, which the operator makes otherwise now, take for ever, or fail.
        _world.Nodes.Outcome = m => canFail
            ? Samples.Failed(m, ModelFailure.LoadFailed, "no")
            : new() { Name = m.Name, Digest = m.Digest, State = ModelState.Loading };
        _world.Options.LogFormat = LogFormat.Json;
        _world.RestartOperator();
        for (var look = 0; look < 40; look++)
        {
            _world.Time.Advance(TimeSpan.FromSeconds(30));
            await _world.SettleAsync(rounds: 1);
        }

        Assert.Contains(_world.Nodes.Pods, p => p.Pod.Spec.Containers.Any(c => c.Env?.Any(e => e.Name == "RERANK_HOST_LOG_FORMAT") == true));
        var status = (await _world.PipelineAsync()).Status!;
        Assert.Equal(canFail ? null : "half", status.Candidate?.Step);
        Assert.Equal(canFail ? 1 : 0, status.Rejected?.Count ?? 0);
    }

    [Fact]
    public async Task CandidateFails_DeadlinePasses_IsRejectedUntilTheSpecIsCorrected()
    {
        await DeployAsync();
        await _world.ApplyAsync(Samples.Model("broken"));
        _world.Nodes.Outcome = m => m.Name == "broken" ? Samples.Failed(m, ModelFailure.LoadFailed, "no") : null;
        await _world.ApplyAsync(Samples.TwoTiers(full: "broken"));
        await _world.SettleAsync();
        Assert.Equal(ConditionStatus.False, (await _world.ConditionAsync("Stalled")).Status);

        _world.Time.Advance(TimeSpan.FromSeconds(901));
        await _world.SettleAsync();
        Assert.Equal((ConditionStatus.True, Reasons.RolledBack), Of(await _world.ConditionAsync("Stalled")));
        Assert.Equal((ConditionStatus.False, Reasons.RolledBack), Of(await _world.ConditionAsync("Ready")));
        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Available")).Status);
        Assert.Equal("ProgressDeadlineExceeded", Assert.Single((await _world.PipelineAsync()).Status!.Rejected!).Reason);
        Assert.Equal(["base"], _world.HeldBy("full"));

        await _world.ApplyAsync(Samples.TwoTiers());
        await _world.SettleAsync();
        Assert.Equal(ConditionStatus.False, (await _world.ConditionAsync("Stalled")).Status);
        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Ready")).Status);
    }

    [Fact]
    public async Task ModelMissing_StableServesOnAndTheConditionNamesIt()
    {
        await DeployAsync();

        await _world.ApplyAsync(Samples.TwoTiers(full: "nowhere"));
        await _world.SettleAsync();

        Assert.Equal("base", (await _world.ServedModelsAsync())["full"]);
        var ready = await _world.ConditionAsync("Ready");
        Assert.Equal((ConditionStatus.False, Reasons.ModelNotFound), Of(ready));
        Assert.Contains("\"nowhere\"", ready.Message);
        await _world.ApplyAsync(Samples.Model("nowhere"));
        await _world.SettleAsync();
        Assert.Equal("nowhere", (await _world.ServedModelsAsync())["full"]);
    }

    [Fact]
    public async Task SpecReverted_WhileOldIsRetained_SwitchesBackInOneReconcile()
    {
        await DeployAsync();
        var before = (await _world.StableAsync())!.Name;
        await _world.ApplyAsync(Samples.Model("better"));
        await _world.ApplyAsync(Samples.TwoTiers(full: "better"));
        await _world.SettleAsync();

        await _world.ApplyAsync(Samples.TwoTiers());
        await _world.ReconcileAsync();

        Assert.Equal(before, (await _world.StableAsync())!.Name);
        Assert.Equal("base", (await _world.ServedModelsAsync())["full"]);
    }

    [Fact]
    public async Task NewSpec_WhileACandidateIsPlaced_ReplacesTheCandidate()
    {
        await DeployAsync();
        _world.Nodes.Outcome = m => m.Name == "slow" ? new() { Name = m.Name, Digest = m.Digest, State = ModelState.Downloading } : null;
        await _world.ApplyAsync(Samples.Model("slow"));
        await _world.ApplyAsync(Samples.Model("better"));
        await _world.ApplyAsync(Samples.TwoTiers(full: "slow"));
        await _world.SettleAsync();
        Assert.Equal(["base", "slow"], _world.HeldBy("full"));

        await _world.ApplyAsync(Samples.TwoTiers(full: "better"));
        await _world.SettleAsync();

        Assert.Equal("better", (await _world.ServedModelsAsync())["full"]);
        Assert.Equal(["base", "better"], _world.HeldBy("full"));
    }

    [Fact]
    public async Task StatusWiped_WithAFailingCandidate_StableStaysWhatItWas()
    {
        await DeployAsync();
        await _world.ApplyAsync(Samples.Model("broken"));
        _world.Nodes.Outcome = m => m.Name == "broken" ? Samples.Failed(m, ModelFailure.LoadFailed, "no") : null;
        await _world.ApplyAsync(Samples.TwoTiers(full: "broken"));
        await _world.SettleAsync();
        var stable = (await _world.StableAsync())!;
        var pipeline = await _world.PipelineAsync();
        pipeline.Status = new();
        pipeline.Metadata.ResourceVersion = null;
        await _world.Api.ApplyStatusAsync(pipeline, TestContext.Current.CancellationToken);

        _world.RestartOperator();
        await _world.SettleAsync();

        Assert.Equal(stable.Name, (await _world.StableAsync())!.Name);
        Assert.Equal(stable.Sequence, (await _world.StableAsync())!.Sequence);
        Assert.Equal("base", (await _world.ServedModelsAsync())["full"]);
        Assert.Equal(stable.Name, (await _world.PipelineAsync()).Status!.Stable!.Revision);
    }

    [Fact]
    public async Task TierAddedAsPool_RoutersReachItBeforeTheyUseIt()
    {
        await DeployAsync();
        await _world.ApplyAsync(Samples.Model("middle"));

        var middle = Samples.Pool("middle", "middle", escalation: new() { Type = EscalationType.Always });
        await _world.ApplyAsync(Samples.TwoTiers(change: p => p.Tiers.Insert(1, middle)));
        await _world.SettleAsync();

        Assert.Equal(["full", "middle", "small"], (await _world.ServedModelsAsync()).Keys.Order());
    }

    [Fact]
    public async Task TierRemoved_AfterItsTime_ItsObjectsAreGone()
    {
        await DeployAsync(p => p.Rollout.RetainStableSeconds = 0);

        await _world.ApplyAsync(Samples.Of(new() { Tiers = [Samples.Sidecar("small", "tiny")], Rollout = new() { Steps = [], RetainStableSeconds = 0, BakeSeconds = 0 } }));
        await _world.SettleAsync(20);

        Assert.Equal(["search-router"], (await _world.ListAsync<V1Deployment>()).Select(d => d.Name()));
        Assert.Equal(["search", "search-router"], (await _world.ListAsync<V1Service>()).Select(s => s.Name()).Order(StringComparer.Ordinal));
        Assert.Equal(["search-router"], (await _world.ListAsync<V1ConfigMap>()).Select(c => c.Name()).Where(n => !n.EndsWith("-report", StringComparison.Ordinal)));
        Assert.Equal(["search-router"], (await _world.ListAsync<V1NetworkPolicy>()).Select(c => c.Name()));
        Assert.Equal(["search-router"], (await _world.ListAsync<V1PodDisruptionBudget>()).Select(c => c.Name()));
    }

    [Fact]
    public async Task TierMoved_FromSidecarToPool_TakesOverWithoutAGap()
    {
        await DeployAsync(p => p.Rollout.RetainStableSeconds = 0);
        var moved = Samples.Pool("small", "tiny", escalation: new() { Type = EscalationType.Always });

        await _world.ApplyAsync(Samples.TwoTiers(change: p => (p.Tiers[0], p.Rollout.RetainStableSeconds) = (moved, 0)));
        await _world.SettleAsync(24);

        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Ready")).Status);
        Assert.All(_world.Nodes.Pods.Where(p => p.Router is not null), p => Assert.Empty(p.Hosts));
        Assert.Equal(["full", "small"], (await _world.TableAsync())!.Clusters.Select(c => c.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task PodAffectingChange_HasPodsOfItsOwnAndThenTakesOver()
    {
        await DeployAsync();
        var pods = _world.PodNames();

        await _world.ApplyAsync(Samples.TwoTiers(change: p => p.Tiers[1].Model!.Resources = new() { Limits = new() { ["memory"] = new("2Gi") } }));
        await _world.SettleAsync(12);

        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Ready")).Status);
        Assert.Empty(pods.Except(_world.PodNames()));
        var stable = (await _world.StableAsync())!.Name;
        Assert.Equal("2Gi", Assert.Single(await _world.ListAsync<V1Deployment>(), d => d.Name() == $"search-full-{stable}").Spec.Template.Spec.Containers[0].Resources.Limits["memory"].ToString());
    }

    [Fact]
    public async Task LimitBelowRequest_IsRefusedBeforeAnythingIsWritten()
    {
        await DeployAsync();
        var before = _world.PodNames();

        await _world.ApplyAsync(Samples.TwoTiers(change: p => p.Tiers[1].Model!.Resources = new()
        {
            Requests = new() { ["memory"] = new("1Gi"), ["cpu"] = new("500m") },
            Limits = new() { ["memory"] = new("1023Mi"), ["cpu"] = new("0.5") },
        }));
        await _world.SettleAsync();

        var ready = await _world.ConditionAsync("Ready");
        Assert.Equal((ConditionStatus.False, Reasons.InvalidSpec), Of(ready));
        Assert.Contains("spec.tiers[1].model.resources.limits.memory", ready.Message);
        Assert.Contains("must be at least what `requests.memory` is", ready.Message);
        Assert.DoesNotContain("cpu", ready.Message);
        Assert.Equal(before, _world.PodNames());
    }

    [Fact]
    public async Task AnotherCacheSize_GivesRoutersTheMemoryForIt()
    {
        await DeployAsync();
        Task<V1Deployment> RouterAsync() => _world.Api.GetAsync<V1Deployment>(new(TestWorld.Namespace, "search-router"), TestContext.Current.CancellationToken)!;
        var before = (await RouterAsync()).Spec.Template.Spec.Containers[0].Resources.Limits["memory"].ToString();

        await _world.ApplyAsync(Samples.TwoTiers(change: p => p.Tiers.Insert(0, new() { Name = "cache", Cache = new() { Memory = new("1Gi"), TtlSeconds = 60 } })));
        await _world.SettleAsync(24);

        Assert.Equal("416Mi", before);
        Assert.Equal("2176Mi", (await RouterAsync()).Spec.Template.Spec.Containers[0].Resources.Limits["memory"].ToString());
        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Ready")).Status);
    }

    [Fact]
    public async Task PodsDontFit_ConditionSaysWhy()
    {
        _world.Nodes.Schedules = component => component != "full";

        await DeployAsync();

        var ready = await _world.ConditionAsync("Ready");
        Assert.Equal((ConditionStatus.False, Reasons.InsufficientResources), Of(ready));
        Assert.Contains("Insufficient nvidia.com/gpu", ready.Message);
    }

    [Fact]
    public async Task PodRestarts_FromItsMountedFiles_IsToldOfTheLatest()
    {
        await DeployAsync();
        var router = _world.PodNames().First(p => p.Contains("router", StringComparison.Ordinal));

        await _world.Nodes.KillAsync(router, TestContext.Current.CancellationToken);
        await _world.SettleAsync();

        var generation = (await _world.TableAsync())!.Generation;
        Assert.Equal(2, _world.Nodes.ReadyRouters.Count(r => r.Table!.Generation == generation));
    }

    [Fact]
    public async Task ConfigMapDeleted_IsMadeAnewWithAHigherGeneration()
    {
        await DeployAsync();
        var generation = (await _world.TableAsync())!.Generation;
        await _world.User.DeleteAsync<V1ConfigMap>(new(TestWorld.Namespace, "search-router"), null, TestContext.Current.CancellationToken);

        await _world.SettleAsync();

        var made = (await _world.TableAsync())!.Generation;
        Assert.True(made > generation);
        Assert.All(_world.Nodes.ReadyRouters, r => Assert.Equal(made, r.Table!.Generation));
    }

    [Fact]
    public async Task ScaledUp_MakesNoRevision()
    {
        await DeployAsync();
        var stable = (await _world.StableAsync())!.Name;

        await _world.ApplyAsync(Samples.TwoTiers(change: p => p.Tiers[1].Model!.Replicas = new() { Min = 3, Max = 3 }));
        await _world.SettleAsync();

        Assert.Equal(stable, (await _world.StableAsync())!.Name);
        Assert.Equal(3, _world.Nodes.Pods.Count(p => p.Component == "full"));
    }

    [Fact]
    public async Task RouterPolicyChanged_IsARevisionThatTakesOverAsSoonAsRoutersKnowIt()
    {
        await DeployAsync();
        var stable = (await _world.StableAsync())!.Name;

        await _world.ApplyAsync(Samples.TwoTiers(change: p => p.Router.RequestTimeoutMilliseconds = 500));
        await _world.ReconcileAsync();
        Assert.Equal((stable, 0), (await _world.TableAsync() is { } table ? (table.Stable.Revision, table.Candidate!.TrafficPermille) : default));
        await _world.ReconcileAsync();

        Assert.NotEqual(stable, (await _world.StableAsync())!.Name);
        Assert.Equal(500, (await _world.TableAsync())!.Stable.Policy.RequestTimeoutMilliseconds);
    }

    [Fact]
    public async Task History_IsKeptToItsLimit()
    {
        await DeployAsync(Limited);
        foreach (var timeout in new[] { 100, 200, 300, 400 })
        {
            await _world.ApplyAsync(Samples.TwoTiers(change: p => { Limited(p); p.Router.RequestTimeoutMilliseconds = timeout; }));
            await _world.SettleAsync(14);
        }

        var revisions = await _world.RevisionsAsync();
        Assert.Equal(2, revisions.Count(r => r.Role == RevisionRole.Retired));
        Assert.Single(revisions, r => r.Role == RevisionRole.Stable);

        static void Limited(RerankPipelineSpec spec)
        {
            spec.RevisionHistoryLimit = 2;
            spec.Rollout.RetainStableSeconds = 0;
        }
    }

    [Fact]
    public async Task SecretMissing_IsNamed_AndItsAppearanceIsEnough()
    {
        await _world.ApplyAsync(Samples.Model("private", m => m.Artifact.Source = new()
        {
            HuggingFace = new() { Repository = "org/private", Revision = new string('a', 40), TokenSecretRef = new() { Name = "hub", Key = "token" } },
        }));

        await DeployAsync(full: "private");
        var ready = await _world.ConditionAsync("Ready");
        Assert.Equal((ConditionStatus.False, Reasons.SecretNotFound), Of(ready));
        Assert.Contains("Secret \"hub\"", ready.Message);
        await _world.ApplyAsync(new V1Secret
        {
            Metadata = new() { Name = "hub", NamespaceProperty = TestWorld.Namespace, Labels = new Dictionary<string, string> { ["rerank.dev/source-credentials"] = "true" } },
            Data = new Dictionary<string, byte[]> { ["token"] = "hf_secret"u8.ToArray() },
        });
        await _world.SettleAsync();

        Assert.Equal("private", (await _world.ServedModelsAsync())["full"]);
        Assert.DoesNotContain(await _world.ListAsync<V1ConfigMap>(), c => c.Data.Values.Any(v => v.Contains("hf_secret", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Deleted_LeavesNothing()
    {
        await DeployAsync();

        await _world.User.DeleteAsync<RerankPipeline>(new(TestWorld.Namespace, Samples.Pipeline), null, TestContext.Current.CancellationToken);

        Assert.Empty(await _world.ListAsync<V1Deployment>());
        Assert.Empty(await _world.ListAsync<V1Pod>());
        Assert.Empty(await _world.ListAsync<V1Service>());
        Assert.Empty(await _world.ListAsync<V1ConfigMap>());
        Assert.Empty(await _world.ListAsync<V1Secret>());
        Assert.Empty(await _world.ListAsync<V1NetworkPolicy>());
        Assert.Empty(await _world.ListAsync<V1PodDisruptionBudget>());
        Assert.Empty(await _world.ListAsync<V1ControllerRevision>());
    }

    [Fact]
    public async Task ChildAltered_IsRestored()
    {
        await DeployAsync();
        var service = (await _world.ListAsync<V1Service>()).Single(s => s.Name() == "search");
        service.Spec.Ports[0].TargetPort = 1234;
        await _world.ApplyAsync(new V1Service
        {
            Metadata = new() { Name = service.Name(), NamespaceProperty = service.Namespace() },
            Spec = new() { Ports = service.Spec.Ports },
        });

        await _world.ReconcileAsync();

        Assert.Equal("http", (await _world.ListAsync<V1Service>()).Single(s => s.Name() == "search").Spec.Ports[0].TargetPort.Value);
    }

    [Fact]
    public async Task ChildDeleted_IsRestored()
    {
        await DeployAsync();
        await _world.User.DeleteAsync<V1NetworkPolicy>(new(TestWorld.Namespace, "search-full"), null, TestContext.Current.CancellationToken);

        await _world.ReconcileAsync();

        Assert.Contains(await _world.ListAsync<V1NetworkPolicy>(), p => p.Name() == "search-full");
    }

    [Theory]
    [InlineData("Fail", "False")]
    [InlineData("ServeLowerTier", "True")]
    public async Task PoolIsGone_AvailableIsWhatTheFailurePolicySays(string policy, string expected)
    {
        await DeployAsync(p => p.Router.FailurePolicy = Enum.Parse<FailurePolicy>(policy));
        _world.Nodes.Schedules = component => component != "full";
        foreach (var pod in _world.Nodes.Pods.Where(p => p.Component == "full").ToList())
            await _world.Nodes.KillAsync(pod.Pod.Name(), TestContext.Current.CancellationToken);

        await _world.ReconcileAsync();

        Assert.Equal(expected, (await _world.ConditionAsync("Available")).Status.ToString());
        Assert.Equal(ConditionStatus.False, (await _world.ConditionAsync("Ready")).Status);
    }

    [Fact]
    public async Task NameTaken_ByAnotherOwner_IsLeftAloneAndSaidSo()
    {
        await _world.ApplyAsync(new V1Service
        {
            Metadata = new() { Name = "search", NamespaceProperty = TestWorld.Namespace },
            Spec = new() { Ports = [new() { Port = 9 }] },
        });

        await DeployAsync();

        Assert.Equal(9, (await _world.ListAsync<V1Service>()).Single(s => s.Name() == "search").Spec.Ports.Single().Port);
        Assert.Equal((ConditionStatus.False, Reasons.NameTaken), Of(await _world.ConditionAsync("Ready")));
    }

    [Fact]
    public async Task Autoscaled_KeepsWhatTheAutoscalerChose()
    {
        await DeployAsync(p => p.Tiers[1].Model!.Replicas = new() { Min = 2, Max = 5 });
        var deployment = new V1Deployment
        {
            Metadata = new() { Name = "search-full", NamespaceProperty = TestWorld.Namespace },
            Spec = new() { Replicas = 4 },
        };
        await _world.Api.As("horizontal-pod-autoscaler").ApplyAsync(deployment, TestContext.Current.CancellationToken);

        await _world.SettleAsync();

        Assert.Equal(4, (await _world.ListAsync<V1Deployment>()).Single(d => d.Name() == "search-full").Spec.Replicas);
        Assert.Equal(["search-full"], (await _world.ListAsync<V2HorizontalPodAutoscaler>()).Select(a => a.Name()));
    }

    [Fact]
    public async Task AutoscalersNotServed_AreOmittedAndSaidSo()
    {
        _world.ServesAutoscalers = false;
        _world.RestartOperator();

        await DeployAsync(p => p.Tiers[1].Model!.Replicas = new() { Min = 2, Max = 5 });

        var omitted = await _world.ConditionAsync("ResourcesOmitted");
        Assert.Equal((ConditionStatus.True, Reasons.ApiNotServed), Of(omitted));
        Assert.Contains("autoscaling/v2", omitted.Message);
        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Ready")).Status);
    }

    [Fact]
    public async Task StateChanges_AreEvents()
    {
        await DeployAsync();

        var reasons = (await _world.ListAsync<Eventsv1Event>()).Select(e => e.Reason).ToList();
        Assert.Contains("CandidatePlaced", reasons);
        Assert.Contains("RevisionPromoted", reasons);
        Assert.Contains("Available", reasons);
        Assert.Equal(reasons.Count, reasons.Distinct().Count());
    }

    [Fact]
    public async Task AdminToken_IsMadeOnce()
    {
        await DeployAsync();
        var token = _world.Network.Token;

        _world.RestartOperator();
        await _world.SettleAsync();

        Assert.NotNull(token);
        Assert.Equal(token, _world.Network.Token);
    }

    private async Task DeployAsync(Action<RerankPipelineSpec>? change = null, string full = "base")
    {
        await _world.ApplyAsync(Samples.Model("tiny"));
        await _world.ApplyAsync(Samples.Model("base"));
        await _world.ApplyAsync(Samples.TwoTiers(full: full, change: change));
        await _world.SettleAsync();
    }

    private static RolloutSpec Half() => new()
    {
        Steps = [new() { Name = "half", TrafficPermille = 500, Approval = Approval.Required }],
        Analysis = new() { Metrics = [] },
    };

    private static (ConditionStatus Status, string Reason) Of(Condition condition) => (condition.Status, condition.Reason);

    private static IEnumerable<string> Conditions(RerankPipelineStatus status) => status.Conditions.Select(c => $"{c.Type}={c.Status}");
}
