using System.Net;
using Microsoft.Extensions.Time.Testing;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Tests.Serving;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Sources;

public sealed class DownloadTests : IDisposable
{
    private static readonly Dictionary<string, SourceCredential> Credentials = new() { ["m"] = new SourceCredential { BearerToken = "secret" } };

    private readonly TestFolder _folder = new();
    private readonly FakeModels _models = new();
    private readonly TestModel _model = TestModel.Named("m");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Hub_RedirectsToAnotherHost_FilesArriveAndTheTokenStaysAtTheHub()
    {
        await using var hub = await TestHub.StartAsync(_model);
        hub.Token = "secret";
        await using var host = await RunningHost.StartAsync(_folder, _models);
        await host.ApplyAsync(RunningHost.Set(1, _model.From(hub.Source(requiresCredential: true))) with { Credentials = Credentials });

        var status = await host.EventuallyAsync("m", ModelState.Ready);

        Assert.Equal(_model.Files.Values.Sum(f => f.Length), status.SizeBytes);
        Assert.All(hub.AtHub, request => Assert.Equal("Bearer secret", request.Authorization));
        Assert.Equal(2, hub.AtStore.Count);
        Assert.All(hub.AtStore, request => Assert.Equal("", request.Authorization));
        var encoder = Assert.Single(_models.Loaded);
        foreach (var (path, bytes) in _model.Files)
            Assert.Equal(bytes, await File.ReadAllBytesAsync(Path.Combine(encoder.Directory, path), RunningHost.Cancelled));
    }

    [Fact]
    public async Task Credentials_ArriveLater_ModelWaitsAndIsThenLoaded()
    {
        await using var hub = await TestHub.StartAsync(_model);
        hub.Token = "secret";
        await using var host = await RunningHost.StartAsync(_folder, _models);
        var set = RunningHost.Set(1, _model.From(hub.Source(requiresCredential: true)));
        await host.ApplyAsync(set);
        await host.EventuallyAsync("m", ModelState.WaitingForCredentials, ModelFailure.CredentialsMissing);
        Assert.Empty(hub.AtHub);

        await host.ApplyAsync(set with { Credentials = Credentials });

        await host.EventuallyAsync("m", ModelState.Ready);
    }

    [Fact]
    public async Task Credentials_Rejected_NewOnesAreTriedAtOnce()
    {
        await using var hub = await TestHub.StartAsync(_model);
        hub.Token = "secret";
        await using var host = await RunningHost.StartAsync(_folder, _models);
        var set = RunningHost.Set(1, _model.From(hub.Source(requiresCredential: true)));
        await host.ApplyAsync(set with { Credentials = new Dictionary<string, SourceCredential> { ["m"] = new() { BearerToken = "stale" } } });
        var failed = await host.EventuallyAsync("m", ModelState.Failed, ModelFailure.CredentialsRejected);
        Assert.DoesNotContain("stale", failed.Message);

        await host.ApplyAsync(set with { Credentials = Credentials });

        await host.EventuallyAsync("m", ModelState.Ready);
    }

    [Fact]
    public async Task Credentials_RejectedAndToldAgain_AreNotShownToTheServerAgain()
    {
        await using var hub = await TestHub.StartAsync(_model);
        hub.Token = "secret";
        await using var host = await RunningHost.StartAsync(_folder, _models);
        var set = RunningHost.Set(1, _model.From(hub.Source(requiresCredential: true))) with
        {
            Credentials = new Dictionary<string, SourceCredential> { ["m"] = new() { BearerToken = "stale" } },
        };
        await host.ApplyAsync(set);
        await host.EventuallyAsync("m", ModelState.Failed, ModelFailure.CredentialsRejected);
        var asked = hub.AtHub.Count;

        for (var i = 0; i < 20; i++)
            await host.ApplyAsync(set);

        // Another set is another matter.
        await host.ApplyAsync(set with { Generation = 2 });
        await Eventually.True(() => hub.AtHub.Count > asked, RunningHost.Cancelled);
        Assert.Equal(2 * asked, hub.AtHub.Count);
    }

    [Theory]
    [InlineData("http://files.example.com/models")]
    [InlineData("http://localhost.example.com")]
    public async Task Credentials_ForPlainHttp_AreNotSent(string address)
    {
        await using var host = await RunningHost.StartAsync(_folder, _models);
        var set = RunningHost.Set(1, _model.From(new ModelSource { Http = new(address, RequiresCredential: true) }));
        await host.ApplyAsync(set with { Credentials = Credentials });

        var failed = await host.EventuallyAsync("m", ModelState.Failed, ModelFailure.SourceInsecure);

        Assert.Contains("not sent over plain http", failed.Message);
        Assert.DoesNotContain("secret", failed.Message);
    }

    [Fact]
    public async Task File_WithAnotherDigest_FailsAndIsNotKept()
    {
        await using var hub = await TestHub.StartAsync(_model);
        await using var host = await RunningHost.StartAsync(_folder, _models);
        var good = _model.From(hub.Source());
        var wrong = good with { Files = [good.Files[0] with { Sha256 = new string('0', 64) }, good.Files[1]] };
        await host.ApplyAsync(RunningHost.Set(1, wrong));

        var status = await host.EventuallyAsync("m", ModelState.Failed, ModelFailure.DigestMismatch);

        Assert.Contains($"expected sha256 {new string('0', 64)}, got {good.Files[0].Sha256}", status.Message);
        Assert.All(Directory.GetFiles(_folder["models/blobs"]), file => Assert.Equal(0, new FileInfo(file).Length));
        Assert.Empty(_models.Loaded);
    }

    [Fact]
    public async Task Connection_BrokenTwice_IsResumedWhereItBroke()
    {
        await using var hub = await TestHub.StartAsync(_model);
        hub.Drops.Enqueue(100_000);
        hub.Drops.Enqueue(50_000);
        hub.BeforeDrop = WeightsArriveAsync;
        await using var host = await RunningHost.StartAsync(_folder, _models);
        await host.ApplyAsync(RunningHost.Set(1, _model.From(hub.Source())));

        await host.EventuallyAsync("m", ModelState.Ready);

        var weights = hub.AtStore.Where(r => r.Path == "/blob/model.onnx").ToArray();
        Assert.Equal(["", "bytes=100000-", "bytes=150000-"], weights.Select(r => r.Range));
        Assert.Equal($"\"{TestModel.Sha256(_model.Files["model.onnx"])}\"", weights[2].IfRange);
    }

    [Fact]
    public async Task Connection_BrokenAtAServerWithoutRanges_StartsOver()
    {
        await using var hub = await TestHub.StartAsync(_model);
        hub.IgnoresRange = true;
        hub.Drops.Enqueue(100_000);
        await using var host = await RunningHost.StartAsync(_folder, _models);
        await host.ApplyAsync(RunningHost.Set(1, _model.From(hub.Source())));

        await host.EventuallyAsync("m", ModelState.Ready);
    }

    [Fact]
    public async Task Connection_BrokenAgainAndAgainAtTheSamePlace_IsGivenUp()
    {
        await using var hub = await TestHub.StartAsync(_model);
        hub.IgnoresRange = true;
        for (var i = 0; i < 20; i++)
            hub.Drops.Enqueue(1000);
        hub.BeforeDrop = WeightsArriveAsync;
        await using var host = await RunningHost.StartAsync(_folder, _models);
        await host.ApplyAsync(RunningHost.Set(1, _model.From(hub.Source())));

        await host.EventuallyAsync("m", ModelState.Failed, ModelFailure.SourceUnavailable);

        Assert.Equal(16, hub.Drops.Count);
    }

    [Fact]
    public async Task Part_OfAnEarlierProcess_IsContinued()
    {
        await using var hub = await TestHub.StartAsync(_model);
        var weights = _model.Files["model.onnx"];
        _folder.Write($"models/blobs/{TestModel.Sha256(weights)}.part", weights.AsSpan(0, 200_000));
        await using var host = await RunningHost.StartAsync(_folder, _models);
        await host.ApplyAsync(RunningHost.Set(1, _model.From(hub.Source())));

        await host.EventuallyAsync("m", ModelState.Ready);

        Assert.Equal("bytes=200000-", Assert.Single(hub.AtStore, r => r.Path == "/blob/model.onnx").Range);
    }

    [Fact]
    public async Task Part_OfSomethingElse_IsDroppedInTheEnd()
    {
        await using var hub = await TestHub.StartAsync(_model);
        _folder.Write($"models/blobs/{TestModel.Sha256(_model.Files["model.onnx"])}.part", new byte[1234]);
        await using var host = await RunningHost.StartAsync(_folder, _models);
        await host.ApplyAsync(RunningHost.Set(1, _model.From(hub.Source())));

        await host.EventuallyAsync("m", ModelState.Ready);
    }

    [Fact]
    public async Task Disk_HoldsEveryFile_ModelIsServedWithoutItsSource()
    {
        await using (var hub = await TestHub.StartAsync(_model))
        {
            await using var first = await RunningHost.StartAsync(_folder, _models);
            await first.ApplyAsync(RunningHost.Set(1, _model.From(hub.Source())));
            await first.EventuallyAsync("m", ModelState.Ready);
        }

        await using var second = await RunningHost.StartAsync(_folder, _models);
        var gone = new ModelSource { Http = new HttpSource("http://127.0.0.1:1", RequiresCredential: true) };
        await second.ApplyAsync(RunningHost.Set(1, _model.From(gone)));

        await second.EventuallyAsync("m", ModelState.Ready);
    }

    [Fact]
    public async Task Disk_HoldsASpoiltFile_ItIsDownloadedAgain()
    {
        await using var hub = await TestHub.StartAsync(_model);
        _folder.Write($"models/blobs/{TestModel.Sha256(_model.Files["model.onnx"])}", [1, 2, 3]);
        await using var host = await RunningHost.StartAsync(_folder, _models);
        await host.ApplyAsync(RunningHost.Set(1, _model.From(hub.Source())));

        await host.EventuallyAsync("m", ModelState.Ready);
    }

    [Fact]
    public async Task File_ThatTheSourceHasNot_FailsAndSaysWhich()
    {
        var other = TestModel.Named("m");
        other.Files.Remove("tokenizer.json");
        await using var hub = await TestHub.StartAsync(other);
        await using var host = await RunningHost.StartAsync(_folder, _models);
        await host.ApplyAsync(RunningHost.Set(1, _model.From(hub.Source())));

        var status = await host.EventuallyAsync("m", ModelState.Failed, ModelFailure.FileNotFound);

        Assert.Contains("tokenizer.json", status.Message);
    }

    [Fact]
    public async Task File_LargerThanAllowed_IsNotDownloaded()
    {
        await using var hub = await TestHub.StartAsync(_model);
        await using var host = await RunningHost.StartAsync(_folder, _models, change: o => o with { MaxFileBytes = 1000 });
        await host.ApplyAsync(RunningHost.Set(1, _model.From(hub.Source())));

        var status = await host.EventuallyAsync("m", ModelState.Failed, ModelFailure.StorageFull);

        Assert.Contains("--max-file-bytes", status.Message);
    }

    [Fact]
    public async Task Source_BrokenForAWhile_IsTriedAgainAfterAPause()
    {
        var time = new FakeTimeProvider();
        await using var hub = await TestHub.StartAsync(_model);
        hub.Broken = HttpStatusCode.ServiceUnavailable;
        await using var host = await RunningHost.StartAsync(_folder, _models, time);
        await host.ApplyAsync(RunningHost.Set(1, _model.From(hub.Source())));
        await host.EventuallyAsync("m", ModelState.Failed, ModelFailure.SourceUnavailable);

        hub.Broken = null;

        await Eventually.Passes(
            async () =>
            {
                time.Advance(TimeSpan.FromSeconds(5));
                Assert.Equal(ModelState.Ready, Assert.Single((await host.StatusAsync()).Models).State);
            },
            RunningHost.Cancelled);
    }

    [Fact]
    public async Task ModelThatIsGone_LeavesNoFilesBehindButShared()
    {
        await using var hub = await TestHub.StartAsync(_model);
        await using var host = await RunningHost.StartAsync(_folder, _models);
        var spec = _model.From(hub.Source());
        await host.ApplyAsync(RunningHost.Set(1, spec));
        await host.EventuallyAsync("m", ModelState.Ready);
        var heir = spec with { Name = "heir", Digest = "sha256:" + new string('1', 64), Files = [spec.Files[0]], Contract = spec.Contract with { TokenizerFile = "model.onnx" } };

        await host.ApplyAsync(RunningHost.Set(2, heir));
        await host.EventuallyAsync("heir", ModelState.Ready);

        Assert.Equal([spec.Files[0].Sha256], Directory.GetFiles(_folder["models/blobs"]).Select(Path.GetFileName));
        Assert.Single(Directory.GetDirectories(_folder["models/sets"]));
        Assert.Single(hub.AtStore, r => r.Path == "/blob/model.onnx");
    }

    [Fact]
    public async Task ModelThatComesBack_IsNotDownloadedAgain_WhenItsFilesWereKept()
    {
        var other = TestModel.Named("other");
        await using var hub = await TestHub.StartAsync(_model);
        await using var otherHub = await TestHub.StartAsync(other);
        await using var host = await RunningHost.StartAsync(_folder, _models, change: o => o with { KeptFilesBytes = 400_000 });

        await host.ApplyAsync(RunningHost.Set(1, _model.From(hub.Source())));
        await host.EventuallyAsync("m", ModelState.Ready);
        await host.ApplyAsync(RunningHost.Set(2, other.From(otherHub.Source())));
        await host.EventuallyAsync("other", ModelState.Ready);
        await host.ApplyAsync(RunningHost.Set(3, _model.From(hub.Source())));
        await host.EventuallyAsync("m", ModelState.Ready);

        Assert.Single(hub.AtStore, r => r.Path == "/blob/model.onnx");

        // Two models' weights are more than is kept.
        await host.ApplyAsync(RunningHost.Set(4));
        Assert.Equal(300_000, new DirectoryInfo(_folder["models/blobs"]).GetFiles().Where(f => f.Length > 1000).Sum(f => f.Length));
    }

    private Task WeightsArriveAsync(long bytes)
    {
        var part = _folder[$"models/blobs/{TestModel.Sha256(_model.Files["model.onnx"])}.part"];
        return Eventually.True(() => new FileInfo(part).Length == bytes, RunningHost.Cancelled);
    }
}
