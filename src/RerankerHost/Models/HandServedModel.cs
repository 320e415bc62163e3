using System.Security.Cryptography;
using System.Text.Json;
using Rerank.Contracts;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Sources;

namespace Rerank.RerankerHost.Models;

/// <summary>Describes a model folder that is given by hand, as a model set would.</summary>
internal sealed class HandServedModel(FileHashes hashes)
{
    private const string Golden = "golden.json";
    private static readonly string[] Settings = ["config.json", "tokenizer_config.json", Golden];

    /// <param name="path">As for <see cref="ModelFolder.Locate"/>.</param>
    public static string NameOf(string path) => Path.GetFileName(ModelFolder.Locate(path).Directory);

    /// <param name="path">As for <see cref="ModelFolder.Locate"/>.</param>
    /// <exception cref="ModelLoadException">The folder holds no model.</exception>
    public async Task<ModelSpec> DescribeAsync(string path, IReadOnlyList<ExecutionProvider> providers, LastLayer lastLayer, CancellationToken cancellationToken)
    {
        var (directory, modelFile) = ModelFolder.Locate(path);
        var contract = ModelFolder.ReadContract(directory, modelFile);
        var runtime = new ModelRuntime { ExecutionProviders = providers, LastLayer = lastLayer };
        var files = new List<ModelFile>();
        foreach (var file in FilesOf(directory, contract))
            files.Add(new ModelFile(file, (await hashes.HashAsync(Path.Combine(directory, file), cancellationToken)).Sha256));

        var content = new ModelSpec
        {
            Name = Path.GetFileName(directory),
            Digest = "",
            Required = true,
            Source = new ModelSource { Directory = new DirectorySource(directory) },
            Files = files,
            Contract = contract,
            Runtime = runtime,
            GoldenPath = files.Any(f => f.Path == Golden) ? Golden : null,
        };
        return content with { Digest = DigestOf(content) };
    }

    private static IEnumerable<string> FilesOf(string directory, ModelContract contract)
    {
        if (!File.Exists(Path.Combine(directory, contract.TokenizerFile)))
            throw new ModelLoadException(ModelFailure.FileNotFound, $"{directory} has no {contract.TokenizerFile}");

        // Weights that are too large for one file lie beside it, in files whose names begin with its.
        var model = Directory.GetFiles(directory, contract.ModelFile + "*").Select(f => Path.GetRelativePath(directory, f).Replace(Path.DirectorySeparatorChar, '/'));
        return model.Append(contract.TokenizerFile).Concat(Settings.Where(s => File.Exists(Path.Combine(directory, s)))).Order(StringComparer.Ordinal);
    }

    /// <summary>Over what decides the scores, wherever the folder lies and whatever it is called.</summary>
    private static string DigestOf(ModelSpec spec)
    {
        var anonymous = new ModelSet
        {
            Generation = 1,
            Pipeline = "",
            Models = [spec with { Name = "", Source = new ModelSource() }],
        };
        return "sha256:" + Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(anonymous, ContractsJson.Default.ModelSet)));
    }
}
