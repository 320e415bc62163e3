using System.Runtime.InteropServices;

namespace Rerank.RerankerHost.Sources;

/// <summary>
/// A second name for a file. Weights beside a model must not be led out of the model's folder by a symbolic link, as ONNX Runtime may
/// refuse that; so symbolic links are only what is left where hard ones don't exist.
/// </summary>
internal static partial class HardLink
{
    public static void Create(string path, string existing)
    {
        if (OperatingSystem.IsWindows() || Link(existing, path) != 0)
            File.CreateSymbolicLink(path, Path.GetFullPath(existing));
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string path);
}
