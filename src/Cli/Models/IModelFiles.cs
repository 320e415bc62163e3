using System.Text.Json.Nodes;

namespace Rerank.Cli.Models;

/// <summary>The files of a model, wherever they are. Paths are relative, with forward slashes.</summary>
internal interface IModelFiles
{
    /// <summary>What <c>spec.artifact.source</c> says about it.</summary>
    JsonObject Source { get; }

    Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken);

    /// <summary>SHA-256 in 64 lower-case hexadecimal digits.</summary>
    Task<string> DigestAsync(string path, CancellationToken cancellationToken);

    /// <summary>A small file's text.</summary>
    Task<string> ReadAsync(string path, CancellationToken cancellationToken);
}
