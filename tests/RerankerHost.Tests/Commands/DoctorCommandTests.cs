using System.Text.Json;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Commands;
using Rerank.RerankerHost.Inference.Cuda;
using Rerank.RerankerHost.Tests.Inference;

namespace Rerank.RerankerHost.Tests.Commands;

public class DoctorCommandTests
{
    private static readonly CudaDevice Device = new("NVIDIA H200", 9, 0, 150L << 30);

    [Fact]
    public async Task Doctor_CpuIsAskedFor_Works()
    {
        var (code, output) = await RunAsync(json: false, ExecutionProvider.CPU);

        Assert.Equal(DoctorCommand.Works, code);
        Assert.Contains("\nCPU   works\n", output, StringComparison.Ordinal);
        Assert.EndsWith("A model with executionProviders CPU runs on CPU here.\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_CudaIsAskedForWhereThereIsNone_FailsAndNamesWhatIsMissing()
    {
        MachineWithoutCuda.Require();

        var (code, output) = await RunAsync(json: false, ExecutionProvider.CUDA);

        Assert.Equal(DoctorCommand.DoesNotWork, code);
        Assert.Contains($"\nCUDA  doesn't work: {MachineWithoutCuda.Cause}\n", output, StringComparison.Ordinal);
        Assert.All(CudaLibrary.All, library => Assert.Contains($"  {library.Name} ", output, StringComparison.Ordinal));
        Assert.EndsWith("A model with executionProviders CUDA can't run here.\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_EitherIsAskedForWhereThereIsNoCuda_RunsOnTheOther()
    {
        MachineWithoutCuda.Require();

        var (code, output) = await RunAsync(json: true, ExecutionProvider.CUDA, ExecutionProvider.CPU);

        Assert.Equal(DoctorCommand.Works, code);
        using var report = JsonDocument.Parse(output);
        var root = report.RootElement;
        Assert.Equal("CPU", root.GetProperty("chosen").GetString());
        var cuda = root.GetProperty("providers").EnumerateArray().Single(p => p.GetProperty("provider").GetString() == "CUDA");
        Assert.Equal((false, MachineWithoutCuda.Cause), (cuda.GetProperty("works").GetBoolean(), cuda.GetProperty("problem").GetString()));
        Assert.Equal(CudaLibrary.All.Select(l => l.Name), root.GetProperty("cuda").GetProperty("libraries").EnumerateArray().Select(l => l.GetProperty("name").GetString()));
    }

    [Fact]
    public void Text_OfAMachineWithCuda_TellsVersionsAndPlaces()
    {
        var text = DoctorText.Of(Report(Device, problem: null));

        Assert.Equal(
            """
            RerankerHost 1.2.3, ONNX Runtime 4.5.6

            CUDA  works

            What CUDA needs:
              libcuda.so.1         /lib/libcuda.so.580.1
              libcudnn.so.9        not found, can be done without: cuDNN 9, for convolutions and some attention in fp16
              driver               for CUDA 13.0
              GPU                  NVIDIA H200, 150.0 GiB, compute capability 9.0

            A model with executionProviders CUDA runs on CUDA here.
            """,
            text);
    }

    [Fact]
    public void Text_OfAGpuWithoutCode_SaysWhatThereIsCodeFor() =>
        Assert.Contains(
            "compute capability 10.0, for which ONNX Runtime's package has no code: it has for 7.5, 8.0, 8.6, 8.9, 9.0, 12.0\n",
            DoctorText.Of(Report(Device with { Major = 10 }, problem: "no kernel image")),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("CUDA,CPU", new[] { ExecutionProvider.CUDA, ExecutionProvider.CPU })]
    [InlineData("cpu", new[] { ExecutionProvider.CPU })]
    [InlineData(" cpu , cuda ", new[] { ExecutionProvider.CPU, ExecutionProvider.CUDA })]
    [InlineData("", new ExecutionProvider[0])]
    [InlineData("CPU,", new ExecutionProvider[0])]
    [InlineData("0", new ExecutionProvider[0])]
    [InlineData("CPU,cpu", new ExecutionProvider[0])]
    public void Providers_AreReadByName(string text, ExecutionProvider[] expected) => Assert.Equal(expected, ProvidersOption.Parse(text));

    [Fact]
    public void Options_WithAnUnknownProvider_AreRefused() =>
        Assert.Equal(
            "--execution-providers: must be CPU, CUDA or both, separated by a comma",
            Assert.Single(DoctorCommand.Create().Parse(["--execution-providers", "TensorRT"]).Errors).Message);

    private static DoctorReport Report(CudaDevice device, string? problem)
    {
        var libraries = CudaLibrary.All.Where(l => l.Name is "libcuda.so.1" or "libcudnn.so.9")
            .Select(l => new CudaLibraryState(l, l.Required ? new SharedLibrary("/lib/libcuda.so.580.1", null) : new SharedLibrary(null, SharedLibrary.NotFound)));
        return new DoctorReport(
            "1.2.3",
            "4.5.6",
            [ExecutionProvider.CUDA],
            problem is null ? ExecutionProvider.CUDA : null,
            [new ProviderReport(ExecutionProvider.CUDA, InThisBuild: true, problem)],
            CudaReport.Of(new CudaInstallation([.. libraries], new CudaDriver(13_000, [device], null))));
    }

    private static async Task<(int Code, string Output)> RunAsync(bool json, params ExecutionProvider[] asked)
    {
        using var output = new StringWriter();
        var code = await DoctorCommand.RunAsync(asked, json, output, TestContext.Current.CancellationToken);
        return (code, output.ToString());
    }
}
