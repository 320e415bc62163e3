namespace Rerank.RerankerHost.Inference;

/// <summary>
/// Copies of files that somebody may write into, each for as long as it takes to map it into memory: what is mapped lives on when the copy is deleted,
/// and nobody else can change it.
/// </summary>
/// <param name="folder">Where they are made.</param>
internal sealed class PrivateCopies(string folder, TimeProvider time)
{
    private static readonly TimeSpan Forgotten = TimeSpan.FromHours(1);

    /// <returns>The copy, under the file's own name.</returns>
    /// <exception cref="IOException">It can't be made; for one, there is no room.</exception>
    /// <exception cref="UnauthorizedAccessException">Nothing may be written there.</exception>
    public PrivateCopy Make(string file)
    {
        DeleteForgotten();
        var copy = new PrivateCopy(Path.Combine(folder, Guid.NewGuid().ToString("N")), Path.GetFileName(file));
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(copy.Path)!);
            File.Copy(file, copy.Path);
            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    /// <summary>What a process left that ended while it loaded a model.</summary>
    private void DeleteForgotten()
    {
        var before = time.GetUtcNow() - Forgotten;
        foreach (var left in Directory.CreateDirectory(folder).GetDirectories().Where(left => left.CreationTimeUtc < before))
            PrivateCopy.Delete(left.FullName);
    }
}

internal sealed class PrivateCopy(string folder, string fileName) : IDisposable
{
    public string Path { get; } = System.IO.Path.Combine(folder, fileName);

    public void Dispose() => Delete(folder);

    public static void Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not every system deletes what is mapped. It is forgotten then, for a later copy to delete.
        }
    }
}
