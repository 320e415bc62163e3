using Rerank.Contracts.Models;
using Rerank.RerankerHost.Tests.Serving;

namespace Rerank.RerankerHost.Tests.Sources;

public sealed class InPlaceTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly FakeModels _models = new();
    private readonly TestModel _model = TestModel.Named("m");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Directory_WithTheRightFiles_IsLoadedWhereItIs()
    {
        await using var host = await RunningHost.StartAsync(_folder, _models);
        await host.ApplyAsync(RunningHost.Set(1, _model.InFolder(_folder)));

        await host.EventuallyAsync("m", ModelState.Ready);

        Assert.Equal(_folder["m"], Assert.Single(_models.Loaded).Directory);
    }

    [Fact]
    public async Task Bundled_WithTheRightFiles_IsLoadedWhereItIs()
    {
        foreach (var (path, bytes) in _model.Files)
            _folder.Write($"bundled/tiny/{path}", bytes);
        await using var host = await RunningHost.StartAsync(_folder, _models);
        await host.ApplyAsync(RunningHost.Set(1, _model.From(new ModelSource { Bundled = new BundledSource("tiny") })));

        await host.EventuallyAsync("m", ModelState.Ready);

        Assert.Equal(_folder["bundled/tiny"], Assert.Single(_models.Loaded).Directory);
    }

    [Fact]
    public async Task Directory_WithAChangedFile_Fails()
    {
        var spec = _model.InFolder(_folder);
        _folder.Write("m/model.onnx", [1]);
        await using var host = await RunningHost.StartAsync(_folder, _models);
        await host.ApplyAsync(RunningHost.Set(1, spec));

        await host.EventuallyAsync("m", ModelState.Failed, ModelFailure.DigestMismatch);
    }

    [Fact]
    public async Task Bundled_ThatIsNotThere_Fails()
    {
        await using var host = await RunningHost.StartAsync(_folder, _models);
        await host.ApplyAsync(RunningHost.Set(1, _model.From(new ModelSource { Bundled = new BundledSource("none") })));

        await host.EventuallyAsync("m", ModelState.Failed, ModelFailure.FileNotFound);
    }
}
