using System.IO.MemoryMappedFiles;

namespace Rerank.RerankerHost.Quarantine;

/// <summary>A small file in memory, which the next process reads: writing to it costs no system call, and what is written is there however this one ends.</summary>
internal static class MarkFile
{
    /// <summary>It is made where it isn't there, all zeros; a later version may have left a longer one.</summary>
    /// <exception cref="IOException">It can't be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It mustn't be.</exception>
    public static MemoryMappedFile Open(string path, int bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var length = File.Exists(path) ? new FileInfo(path).Length : 0;
        return MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, mapName: null, Math.Max(bytes, length));
    }
}
