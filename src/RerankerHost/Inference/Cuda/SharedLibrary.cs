using System.Runtime.InteropServices;

namespace Rerank.RerankerHost.Inference.Cuda;

/// <summary>What came of looking for a shared library where the loader of this process looks.</summary>
/// <param name="Path">Where it is, links followed, so that the file's name has its whole version; null: it isn't there, or nobody can say where.</param>
/// <param name="Problem">Why it can't be loaded; null: it can.</param>
internal sealed record SharedLibrary(string? Path, string? Problem)
{
    public const string NotFound = "not found";

    private const string MemoryMap = "/proc/self/maps";

    /// <param name="name">As in other libraries' headers, such as <c>libcudart.so.13</c>, or a path.</param>
    public static SharedLibrary Find(string name)
    {
        nint handle;
        try
        {
            handle = NativeLibrary.Load(name);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            return new SharedLibrary(null, Explain(name, e.Message));
        }

        try
        {
            return new SharedLibrary(PathOf(name), null);
        }
        finally
        {
            NativeLibrary.Free(handle);
        }
    }

    /// <summary>Where a library is that this process has loaded; null: it hasn't.</summary>
    public static string? PathOf(string name)
    {
        if (!File.Exists(MemoryMap))
            return null;

        // A library is often loaded by the name that a link has: libcudart.so.13 for libcudart.so.13.0.96.
        var start = System.IO.Path.GetFileName(name);
        return File.ReadLines(MemoryMap)
            .Select(line => line.IndexOf('/') is var slash and >= 0 ? line[slash..] : "")
            .FirstOrDefault(path => System.IO.Path.GetFileName(path) is var file && (file == start || file.StartsWith(start + ".", StringComparison.Ordinal)));
    }

    // The last line is the loader's own; before it .NET tells how to look further.
    private static string Explain(string name, string message)
    {
        var said = message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^1];
        return said.StartsWith($"{name}: cannot open shared object file: No such file", StringComparison.Ordinal) ? NotFound : said;
    }
}
