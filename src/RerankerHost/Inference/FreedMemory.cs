using System.Runtime.InteropServices;

namespace Rerank.RerankerHost.Inference;

/// <summary>
/// Gives memory that is free already back to the operating system. Loading a model takes twice its size for a moment, and the C library
/// would keep the half that is free again; a tokenizer's file leaves the managed heap at four times what stays. A pod would need
/// memory that nothing uses.
/// </summary>
internal static partial class FreedMemory
{
    public static void GiveBack()
    {
        // Stops the process for some milliseconds, as long as what stays is small; weights aren't on this heap.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
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
