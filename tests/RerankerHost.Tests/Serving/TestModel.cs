using System.Security.Cryptography;
using System.Text;
using Rerank.Contracts.Models;

namespace Rerank.RerankerHost.Tests.Serving;

/// <summary>The files and the specification of a model for <see cref="FakeModels"/>.</summary>
internal sealed class TestModel
{
    private const int ModelBytes = 300_000;

    private TestModel(string name)
    {
        Name = name;
        var weights = new byte[ModelBytes];
        new Random(name.GetHashCode(StringComparison.Ordinal)).NextBytes(weights);
        Files = new Dictionary<string, byte[]> { ["model.onnx"] = weights, ["tokenizer.json"] = Encoding.UTF8.GetBytes($"tokenizer of {name}") };
    }

    public string Name { get; }

    public Dictionary<string, byte[]> Files { get; }

    public static TestModel Named(string name) => new(name);

    public static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Puts the files into a folder, and says that they are there.</summary>
    public ModelSpec InFolder(TestFolder folder)
    {
        foreach (var (path, bytes) in Files)
            folder.Write($"{Name}/{path}", bytes);
        return From(new ModelSource { Directory = new DirectorySource(folder[Name]) });
    }

    public ModelSpec From(ModelSource source) => new()
    {
        Name = Name,
        Digest = "sha256:" + Sha256(Encoding.UTF8.GetBytes(Name)),
        Required = true,
        Source = source,
        Files = [.. Files.Select(f => new ModelFile(f.Key, Sha256(f.Value)))],
        Contract = new ModelContract { MaxInputTokens = 128 },
    };
}
