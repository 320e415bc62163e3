using Rerank.RerankerHost.Inference.Cuda;

namespace Rerank.RerankerHost.Tests.Inference.Cuda;

public sealed class CudaInstallationTests
{
    private static readonly CudaDriver Driver = new(13_000, [new CudaDevice("NVIDIA H200", 9, 0, 150L << 30)], null);

    [Fact]
    public void Problem_EverythingIsThere_IsNone() => Assert.Null(Installation(Driver).Problem);

    [Fact]
    public void Problem_OptionalLibrariesAreMissing_IsNone() => Assert.Null(Installation(Driver, "libcudnn.so.9", "libnvrtc.so.13", "libcufft.so.12").Problem);

    [Fact]
    public void Problem_LibrariesAreMissing_NamesAllOfThemByWhereTheyComeFrom() =>
        Assert.Equal(
            "libcuda.so.1 of the NVIDIA driver, 580 or later: not found; libcublas.so.13, libcurand.so.10 of CUDA 13: not found",
            Installation(Driver, "libcuda.so.1", "libcublas.so.13", "libcurand.so.10", "libcudnn.so.9").Problem);

    [Theory]
    [InlineData(12_080, 9, 0, "the NVIDIA driver can run CUDA 12.8, and 13.0 is needed: driver 580 or later, or CUDA's compatibility libraries")]
    [InlineData(13_010, 10, 0, "GPU has compute capability 10.0, and ONNX Runtime's package has code for 7.5, 8.0, 8.6, 8.9, 9.0, 12.0")]
    [InlineData(13_000, 7, 0, "GPU has compute capability 7.0, and ONNX Runtime's package has code for 7.5, 8.0, 8.6, 8.9, 9.0, 12.0")]
    [InlineData(13_000, 8, 7, null)]
    [InlineData(13_000, 12, 1, null)]
    public void Problem_OfDriverOrDevice_SaysWhatIsNeeded(int version, int major, int minor, string? expected) =>
        Assert.Equal(expected, Installation(new CudaDriver(version, [new CudaDevice("GPU", major, minor, 1)], null)).Problem);

    [Fact]
    public void Problem_DriverWithoutDevices_SaysSo()
    {
        Assert.Equal("the NVIDIA driver sees no GPU", Installation(Driver with { Devices = [] }).Problem);
        Assert.Equal("the NVIDIA driver can't start: no CUDA-capable device is detected (100)", Installation(Driver with { Devices = [], Problem = "the NVIDIA driver can't start: no CUDA-capable device is detected (100)" }).Problem);
    }

    [Fact]
    public void Look_FindsTheDriverWhereThereIsOne()
    {
        var found = CudaInstallation.Look();

        Assert.Equal(CudaLibrary.All, found.Libraries.Select(l => l.Library));
        Assert.Equal(found.Libraries[0].Found.Problem is null, found.Driver.Version is not null);
    }

    private static CudaInstallation Installation(CudaDriver driver, params string[] missing) => new(
        [.. CudaLibrary.All.Select(library => new CudaLibraryState(library, new SharedLibrary(null, missing.Contains(library.Name) ? SharedLibrary.NotFound : null)))],
        driver);
}
