using Rerank.Contracts.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Revisions;
using Rerank.Operator.Tests.World;

namespace Rerank.Operator.Tests.Models;

public sealed class ModelVersionControllerTests
{
    private readonly TestWorld _world = new();

    [Fact]
    public async Task UsedAndNotReportedOnYet_SaysWhoUsesIt()
    {
        await _world.ApplyAsync(Samples.Model("tiny"));
        await _world.ApplyAsync(Samples.Model("base"));
        await _world.ApplyAsync(Samples.TwoTiers());
        await _world.ReconcileAsync();

        await _world.ReconcileModelAsync("tiny");

        var status = (await _world.ModelAsync("tiny")).Status!;
        Assert.Equal("True", status.Conditions.Single(c => c.Type == "InUse").Status.ToString());
        var ready = status.Conditions.Single(c => c.Type == "Ready");
        Assert.Equal("NotLoaded", ready.Reason);
        Assert.DoesNotContain("No pipeline uses it", ready.Message, StringComparison.Ordinal);
        Assert.Contains("Used by RerankPipeline", ready.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unused_IsNotLoadedYet()
    {
        await _world.ApplyAsync(Samples.Model("tiny"));

        await _world.ReconcileModelAsync("tiny");

        var status = (await _world.ModelAsync("tiny")).Status!;
        Assert.StartsWith("sha256:", status.Digest);
        Assert.Equal(12, status.ShortDigest!.Length);
        Assert.Equal(["Ready=Unknown/NotLoaded", "Verified=Unknown/NotDownloaded", "InUse=False/NotReferenced"], Conditions(status));
    }

    [Fact]
    public async Task Loaded_IsReadyAndVerified()
    {
        await DeployAsync();

        await _world.ReconcileModelAsync("base");

        var status = (await _world.ModelAsync("base")).Status!;
        Assert.Equal(["Ready=True/Loaded", "Verified=True/DigestsMatch", "InUse=True/Referenced"], Conditions(status));
        Assert.Equal(1000, status.SizeBytes);
    }

    [Fact]
    public async Task Loaded_OnAnotherProviderThanPreferred_SaysWhy()
    {
        _world.Nodes.Outcome = m => m.Name == "base"
            ? new() { Name = m.Name, Digest = m.Digest, State = ModelState.Ready, Message = "runs on CPU: there is no driver", ExecutionProvider = ExecutionProvider.CPU }
            : null;
        await DeployAsync();

        await _world.ReconcileModelAsync("base");

        var ready = (await _world.ModelAsync("base")).Status!.Conditions.Single(c => c.Type == "Ready");
        Assert.Equal((ConditionStatus.True, "Loaded"), (ready.Status, ready.Reason));
        Assert.Matches("^2 of 2 hosts have loaded and tested it\\. On pod [a-z0-9-]+ it runs on CPU: there is no driver\\.$", ready.Message);
    }

    [Fact]
    public async Task Failed_SaysTheHostsReason()
    {
        _world.Nodes.Outcome = m => m.Name == "base" ? Samples.Failed(m, ModelFailure.GoldenMismatch, "pair 3 differs by 0.5") : null;
        await DeployAsync();

        await _world.ReconcileModelAsync("base");

        var ready = (await _world.ModelAsync("base")).Status!.Conditions.Single(c => c.Type == "Ready");
        Assert.Equal((ConditionStatus.False, ModelFailure.GoldenMismatch), (ready.Status, ready.Reason));
        Assert.Contains("pair 3 differs by 0.5", ready.Message);
    }

    [Fact]
    public async Task OperatorRestarted_KeepsWhatItSaidUntilItKnowsAgain()
    {
        await DeployAsync();
        await _world.ReconcileModelAsync("base");
        var before = await _world.ModelAsync("base");

        _world.RestartOperator();
        await _world.ReconcileModelAsync("base");

        Assert.Equal(before.Metadata.ResourceVersion, (await _world.ModelAsync("base")).Metadata.ResourceVersion);
    }

    [Fact]
    public async Task SecretMissing_NamesSecretAndKey()
    {
        await _world.ApplyAsync(Samples.Model("private", m => m.Artifact.Source = new()
        {
            HuggingFace = new() { Repository = "org/private", Revision = new string('a', 40), TokenSecretRef = new() { Name = "hub", Key = "access" } },
        }));
        await _world.ApplyAsync(new k8s.Models.V1Secret
        {
            Metadata = new() { Name = "hub", NamespaceProperty = TestWorld.Namespace, Labels = new Dictionary<string, string> { ["rerank.dev/source-credentials"] = "true" } },
        });

        await _world.ReconcileModelAsync("private");

        var ready = (await _world.ModelAsync("private")).Status!.Conditions.Single(c => c.Type == "Ready");
        Assert.Equal((ConditionStatus.False, "SecretNotFound"), (ready.Status, ready.Reason));
        Assert.Contains("\"hub\"", ready.Message);
        Assert.Contains("\"access\"", ready.Message);
    }

    [Fact]
    public async Task SecretIsNotMeantForIt_WhatIsLoadedServesOn_AndTheMessageSaysWhatWontBeFetched()
    {
        var model = Samples.Model("base", m => m.Artifact.Source = new()
        {
            HuggingFace = new() { Repository = "org/private", Revision = new string('a', 40), TokenSecretRef = new() { Name = "hub" } },
        });
        await _world.ApplyAsync(Hub(new() { ["rerank.dev/source-credentials"] = "true" }));
        await _world.ApplyAsync(Samples.Model("tiny"));
        await _world.ApplyAsync(model);
        await _world.ApplyAsync(Samples.TwoTiers());
        await _world.SettleAsync();

        await _world.ApplyAsync(Hub([]));
        await _world.ReconcileAsync();
        await _world.ReconcileModelAsync("base");

        var ready = (await _world.ModelAsync("base")).Status!.Conditions.Single(c => c.Type == "Ready");
        Assert.Equal((ConditionStatus.True, "Loaded"), (ready.Status, ready.Reason));
        Assert.Contains("Pods that start now can't fetch it: Secret \"hub\"", ready.Message, StringComparison.Ordinal);

        static k8s.Models.V1Secret Hub(Dictionary<string, string> labels) => new()
        {
            Metadata = new() { Name = "hub", NamespaceProperty = TestWorld.Namespace, Labels = labels },
            Data = new Dictionary<string, byte[]> { ["token"] = "hf_1"u8.ToArray() },
        };
    }

    [Fact]
    public async Task SecretNotThere_UnusedModel_IsLookedAtAgain()
    {
        await _world.ApplyAsync(Samples.Model("private", m => m.Artifact.Source = new()
        {
            HuggingFace = new() { Repository = "org/private", Revision = new string('a', 40), TokenSecretRef = new() { Name = "hub" } },
        }));
        await _world.ApplyAsync(Samples.Model("open"));

        Assert.NotNull(await _world.ReconcileModelAsync("private"));
        Assert.Null(await _world.ReconcileModelAsync("open"));
    }

    [Fact]
    public async Task Invalid_WhereTheSchemasRulesAreIgnored_SaysWhatIsWrong()
    {
        await _world.ApplyAsync(Samples.Model("odd", m => m.Contract.ModelFile = "other.onnx"));

        await _world.ReconcileModelAsync("odd");

        var ready = (await _world.ModelAsync("odd")).Status!.Conditions.Single(c => c.Type == "Ready");
        Assert.Equal((ConditionStatus.False, "InvalidSpec"), (ready.Status, ready.Reason));
        Assert.Contains("spec.contract.modelFile", ready.Message);
    }

    [Fact]
    public async Task Deleted_InUse_GoesAtOnceAndWhatServesServesOn()
    {
        await DeployAsync();

        await _world.User.DeleteAsync<ModelVersion>(new(TestWorld.Namespace, "base"), null, TestContext.Current.CancellationToken);
        await _world.SettleAsync();
        _world.RestartOperator();
        await _world.SettleAsync();

        Assert.Null(await _world.Api.GetAsync<ModelVersion>(new(TestWorld.Namespace, "base"), TestContext.Current.CancellationToken));
        Assert.Equal("base", (await _world.ServedModelsAsync())["full"]);
        Assert.Equal((ConditionStatus.False, "ModelNotFound"), ((await _world.ConditionAsync("Ready")).Status, (await _world.ConditionAsync("Ready")).Reason));
        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Available")).Status);
    }

    [Fact]
    public async Task Deleted_OfARetainedRevision_IsReturnedToNevertheless()
    {
        await DeployAsync();
        var before = (await _world.StableAsync())!.Name;
        await _world.ApplyAsync(Samples.Model("better"));
        await _world.ApplyAsync(Samples.TwoTiers(full: "better"));
        await _world.SettleAsync();
        Assert.Equal("better", (await _world.ServedModelsAsync())["full"]);

        await _world.User.DeleteAsync<ModelVersion>(new(TestWorld.Namespace, "base"), null, TestContext.Current.CancellationToken);
        await _world.SettleAsync();
        Assert.Contains(await _world.RevisionsAsync(), r => r.Name == before && r.Role == RevisionRole.Retained);

        // Made again, it is the same revision, which hosts still hold.
        await _world.ApplyAsync(Samples.Model("base"));
        await _world.ApplyAsync(Samples.TwoTiers());
        await _world.SettleAsync();
        Assert.Equal(before, (await _world.StableAsync())!.Name);
        Assert.Equal("base", (await _world.ServedModelsAsync())["full"]);
    }

    [Fact]
    public async Task Handled_ByAnOperatorOfItsNamespace_IsLeftAlone()
    {
        await _world.ApplyAsync(Samples.Model("tiny"));
        await _world.ApplyAsync(Samples.HeldLease(_world.Time.GetUtcNow()));

        await _world.ReconcileModelAsync("tiny");

        Assert.Null((await _world.ModelAsync("tiny")).Status);
    }

    private async Task DeployAsync()
    {
        await _world.ApplyAsync(Samples.Model("tiny"));
        await _world.ApplyAsync(Samples.Model("base"));
        await _world.ApplyAsync(Samples.TwoTiers());
        await _world.SettleAsync();
    }

    private static IEnumerable<string> Conditions(ModelVersionStatus status) => status.Conditions.Select(c => $"{c.Type}={c.Status}/{c.Reason}");
}
