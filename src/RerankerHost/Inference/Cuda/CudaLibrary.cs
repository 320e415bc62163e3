namespace Rerank.RerankerHost.Inference.Cuda;

/// <summary>A shared library that ONNX Runtime's CUDA provider needs from outside its package.</summary>
/// <param name="From">What it is part of.</param>
/// <param name="Required">Without it the provider isn't loaded at all; the others are opened by the operators that want them.</param>
internal sealed record CudaLibrary(string Name, string From, bool Required)
{
    /// <summary>Of the package in Directory.Packages.props. The Gpu flavour's tests hold the required ones to what the package's own file says (<c>readelf -d</c>).</summary>
    public static IReadOnlyList<CudaLibrary> All { get; } =
    [
        new(CudaDriver.Library, "the NVIDIA driver, 580 or later", Required: true),
        new("libcudart.so.13", "CUDA 13", Required: true),
        new("libcublas.so.13", "CUDA 13", Required: true),
        new("libcublasLt.so.13", "CUDA 13", Required: true),
        new("libcurand.so.10", "CUDA 13", Required: true),
        new("libcudnn.so.9", "cuDNN 9, for convolutions and some attention in fp16", Required: false),
        new("libnvrtc.so.13", "CUDA 13, for kernels that are compiled at run time", Required: false),
        new("libcufft.so.12", "CUDA 13, for Fourier transforms", Required: false),
    ];
}

/// <summary>Whether a library is there.</summary>
internal sealed record CudaLibraryState(CudaLibrary Library, SharedLibrary Found)
{
    public bool IsMissing => Library.Required && Found.Problem is not null;
}
