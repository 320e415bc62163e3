namespace Rerank.Contracts.Models;

/// <summary>Where a model's files come from. Exactly one member is set.</summary>
public sealed record ModelSource
{
    public BundledSource? Bundled { get; init; }

    public HttpSource? Http { get; init; }

    public HuggingFaceSource? HuggingFace { get; init; }

    /// <summary>A directory that the host sees, such as a mounted claim's.</summary>
    public DirectorySource? Directory { get; init; }
}

/// <param name="Name">A folder of the host's bundled models.</param>
public sealed record BundledSource(string Name);

/// <param name="BaseUrl">Absolute http(s) address; a file's path is appended to it.</param>
/// <param name="RequiresCredential">Whether the host waits for a pushed credential before it asks.</param>
public sealed record HttpSource(string BaseUrl, bool RequiresCredential = false);

/// <param name="Repository"><c>organisation/model</c>.</param>
/// <param name="Revision">A commit, 40 lower-case hexadecimal digits.</param>
/// <param name="Endpoint">Address of the hub; a file is at <c>ENDPOINT/REPOSITORY/resolve/REVISION/PATH</c>.</param>
/// <param name="RequiresCredential">Whether the host waits for a pushed token before it asks.</param>
public sealed record HuggingFaceSource(string Repository, string Revision, string Endpoint, bool RequiresCredential = false);

/// <param name="Path">Absolute, or below the folder in which the host has its claims: the claim's name, then the path in it.</param>
public sealed record DirectorySource(string Path);
