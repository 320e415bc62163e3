using System.Text.Json;
using System.Text.Json.Nodes;
using Rerank.Contracts.Models;
using Rerank.DeviceCheck;
using Rerank.RerankerHost.Tests.Inference;
using Rerank.RerankerHost.Tests.Serving;
using Rerank.Serving.Models;

namespace Rerank.RerankerHost.Tests.DeviceChecks;

/// <summary>The check of a GPU, as far as a machine without one can run it: on the CPU.</summary>
public sealed class DeviceCheckTests : IDisposable
{
    private static readonly BertShape Small = new("small", 1, 32, 2, 64);

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Check_OnTheCpu_FindsParityBatchesAndPairs()
    {
        CopyTinyModel();
        using var output = new StringWriter();

        await new Check(ExecutionProvider.CPU, _folder["models"], Small, TimeSpan.FromMilliseconds(200), output).RunAsync(RunningHost.Cancelled);

        // Of the rest the times decide, and this machine has other things to do.
        var lines = output.ToString().Split('\n');
        Assert.Contains("== doctor", lines);
        Assert.Contains(lines, line => line.StartsWith("| tiny/model.onnx | ", StringComparison.Ordinal) && line.EndsWith(" | 1.0e-4 | ok |", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("| tiny/model.int8.onnx | ", StringComparison.Ordinal) && line.EndsWith(" | 1.0e-3 | ok |", StringComparison.Ordinal));
        Assert.Equal(["32", "96", "256"], lines.Where(line => line.EndsWith(" ok |", StringComparison.Ordinal) || line.EndsWith(" FAILED |", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[1]).Where(cell => char.IsAsciiDigit(cell[0])));
        Assert.Contains(lines, line => line.StartsWith("| CPU | ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains(" on CPU in ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Check_WhereTheProviderDoesNotWork_EndsWithTheDoctor()
    {
        MachineWithoutCuda.Require();
        using var output = new StringWriter();

        Assert.Equal(1, await new Check(ExecutionProvider.CUDA, _folder["models"], Small, TimeSpan.FromSeconds(1), output).RunAsync(RunningHost.Cancelled));

        Assert.EndsWith("A model with executionProviders CUDA can't run here.\n", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parity_ModelThatGivesOtherScores_Fails()
    {
        CopyTinyModel();
        var path = _folder["models/tiny/golden.json"];
        var pairs = JsonNode.Parse(await File.ReadAllBytesAsync(path, RunningHost.Cancelled))!.AsArray();
        pairs[0]!["logit"] = pairs[0]!["logit"]!.GetValue<double>() + 0.01;
        await File.WriteAllTextAsync(path, pairs.ToJsonString(new JsonSerializerOptions()), RunningHost.Cancelled);

        var table = await new ParityCheck(ExecutionProvider.CPU).RunAsync(_folder["models"], RunningHost.Cancelled);

        Assert.Equal((2, 1), (table.Rows, table.Failures));
        Assert.Contains(" | 1.0e-2 | 0.0e+0 | 1.0e-4 | FAILED |\n", table.Print(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parity_ProviderThatIsNotThere_SaysWhy()
    {
        MachineWithoutCuda.Require();
        CopyTinyModel();

        var table = await new ParityCheck(ExecutionProvider.CUDA).RunAsync(_folder["models"], RunningHost.Cancelled);

        Assert.Equal((2, 2), (table.Rows, table.Failures));
        Assert.Contains(MachineWithoutCuda.Cause, table.Print(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100, 79, false)]
    [InlineData(100, 81, true)]
    [InlineData(50, 81, true)]
    public void Batches_PlannedSize_MustBeAboutAsGoodAsTheBest(int other, int planned, bool expected)
    {
        var plan = new MeasuredBatch(1024, 8, planned, TimeSpan.FromSeconds(1));

        Assert.Equal(expected, BatchCheck.IsGood(plan, [plan, new MeasuredBatch(2048, 16, other, TimeSpan.FromSeconds(1))]));
    }

    private void CopyTinyModel()
    {
        foreach (var file in Directory.GetFiles(TestFiles.Model("tiny")))
            _folder.Write($"models/tiny/{Path.GetFileName(file)}", File.ReadAllBytes(file));
    }
}
