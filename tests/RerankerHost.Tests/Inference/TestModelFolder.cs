using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Inference.Cuda;

namespace Rerank.RerankerHost.Tests.Inference;

/// <summary>A copy of the tiny model's settings with another graph or golden file.</summary>
internal sealed class TestModelFolder : IDisposable
{
    public TestModelFolder()
    {
        foreach (var file in (string[])["tokenizer.json", "tokenizer_config.json", "config.json"])
            File.Copy(System.IO.Path.Combine(TestFiles.Model("tiny"), file), System.IO.Path.Combine(Path, file));
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("model-").FullName;

    public ICrossEncoder Load(byte[] model, ModelRuntime? runtime = null, Action<ModelState>? entered = null)
    {
        File.WriteAllBytes(System.IO.Path.Combine(Path, "model.onnx"), model);
        return Load(runtime, entered: entered);
    }

    public ICrossEncoder Load(ModelRuntime? runtime = null, string? goldenPath = null, ModelContract? contract = null, Action<ModelState>? entered = null, PrivateCopies? copies = null) =>
        CrossEncoderLoader.Load(
            Path, contract ?? ModelFolder.ReadContract(Path, modelFile: null), runtime ?? new ModelRuntime(), CudaSettings.Default, goldenPath, copies, TestScheduler.Shared, runs: null, entered, TestContext.Current.CancellationToken);

    public void CopyTinyModel() => File.Copy(System.IO.Path.Combine(TestFiles.Model("tiny"), "model.onnx"), System.IO.Path.Combine(Path, "model.onnx"));

    public void Write(string name, string content) => File.WriteAllText(System.IO.Path.Combine(Path, name), content);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
