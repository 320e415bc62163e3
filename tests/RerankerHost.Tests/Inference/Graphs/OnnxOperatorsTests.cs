using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Inference.Graphs;

namespace Rerank.RerankerHost.Tests.Inference.Graphs;

public class OnnxOperatorsTests
{
    [Fact]
    public void Read_QuantizedModel_HasOperatorsThatQuantizeAtRunTime()
    {
        var plain = OnnxOperators.Read(Path.Combine(TestFiles.Model("tiny"), "model.onnx"));
        var quantized = OnnxOperators.Read(Path.Combine(TestFiles.Model("tiny"), "model.int8.onnx"));

        Assert.Contains("MatMul", plain);
        Assert.DoesNotContain("DynamicQuantizeLinear", plain);
        Assert.True(quantized.Contains("DynamicQuantizeLinear") || quantized.Contains("DynamicQuantizeMatMul"), string.Join(", ", quantized));
    }

    [Fact]
    public void Read_SmallModel_ListsItsOperators()
    {
        using var folder = new TestModelFolder();
        var path = Path.Combine(folder.Path, "model.onnx");
        File.WriteAllBytes(path, OnnxModel.WithOperator("MatMulInteger"));

        Assert.Equal(["Cast", "Identity", "MatMulInteger", "ReduceMax"], OnnxOperators.Read(path).Order());
    }

    [Fact]
    public void Read_AnyBytes_ReadsOrSaysWhy()
    {
        using var folder = new TestModelFolder();
        var path = Path.Combine(folder.Path, "model.onnx");
        var random = new Random(99);
        for (var i = 0; i < 500; i++)
        {
            var bytes = OnnxModel.WithInput("input_ids");
            for (var changes = 0; changes < 3; changes++)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(path, bytes);
            var failure = Record.Exception(() => OnnxOperators.Read(path));
            Assert.True(failure is null or ModelLoadException, failure?.ToString());
        }
    }
}
