using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Rerank.Cli.Models;

/// <summary>A folder of this machine, which hosts will find at <paramref name="source"/>.</summary>
internal sealed class FolderFiles(DirectoryInfo folder, JsonObject source) : IModelFiles
{
    private static readonly EnumerationOptions Below = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.Hidden };

    public JsonObject Source => source;

    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) => folder.Exists
        ? Task.FromResult<IReadOnlyList<string>>(
        [
            .. folder.EnumerateFiles("*", Below)
                .Select(file => Path.GetRelativePath(folder.FullName, file.FullName).Replace(Path.DirectorySeparatorChar, '/'))
                .Order(StringComparer.Ordinal),
        ])
        : throw new CommandFailure($"the folder {folder.FullName} doesn't exist");

    public async Task<string> DigestAsync(string path, CancellationToken cancellationToken)
    {
        await using var content = File.OpenRead(PathOf(path));
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
    }

    public Task<string> ReadAsync(string path, CancellationToken cancellationToken) => File.ReadAllTextAsync(PathOf(path), cancellationToken);

    private string PathOf(string path) => Path.Combine(folder.FullName, path.Replace('/', Path.DirectorySeparatorChar));
}
