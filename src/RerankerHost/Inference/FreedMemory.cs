using System.Runtime.InteropServices;

namespace Rerank.RerankerHost.Inference;

/// <summary>
/// Gives native memory that is free already back to the operating system. Loading a model takes twice its size for a moment, and the
/// C library would keep the half that is free again, so that a pod needed memory that nothing uses.
/// </summary>
internal static partial class FreedMemory
{
    public static void GiveBack()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = Trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Not in every C library: musl's gives memory back by itself.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nint padding);
}
