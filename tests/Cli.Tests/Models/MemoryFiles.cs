using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Rerank.Cli.Models;

namespace Rerank.Cli.Tests.Models;

/// <summary>A model's files as texts.</summary>
internal sealed class MemoryFiles(IReadOnlyDictionary<string, string> texts) : IModelFiles
{
    public JsonObject Source { get; } = new() { ["bundled"] = new JsonObject { ["name"] = "tiny" } };

    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([.. texts.Keys.Order(StringComparer.Ordinal)]);

    public Task<string> DigestAsync(string path, CancellationToken cancellationToken) =>
        Task.FromResult(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(texts[path]))));

    public Task<string> ReadAsync(string path, CancellationToken cancellationToken) => Task.FromResult(texts[path]);
}
