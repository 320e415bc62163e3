using System.Security.Cryptography;
using System.Text;
using Rerank.Contracts.Models;
using Rerank.Operator.Api;

namespace Rerank.Operator.Models;

/// <summary>What identifies a model: two ModelVersions with one digest give the same scores, wherever their files come from.</summary>
internal static class ModelDigest
{
    private const int ShortLength = 12;

    /// <summary><c>sha256:HEX</c> over files, contract and runtime.</summary>
    public static string Of(ModelVersionSpec spec)
    {
        var text = new StringBuilder("rerank.dev/model/1\n");
        foreach (var file in spec.Artifact.Files.OrderBy(f => f.Path, StringComparer.Ordinal))
            text.Append($"file {file.Path} {file.Sha256}\n");
        text.Append($"modelFile {spec.Contract.ModelFile}\n");
        text.Append($"tokenizerFile {spec.Contract.TokenizerFile}\n");
        text.Append($"maxInputTokens {spec.Contract.MaxInputTokens}\n");
        text.Append($"truncation {spec.Contract.Truncation}\n");
        text.Append($"activation {spec.Contract.Activation}\n");

        // Only when it isn't the default: models from before there was a choice keep their digests.
        if (spec.Contract.SpecialTokensInText != SpecialTokensInText.PlainText)
            text.Append($"specialTokensInText {spec.Contract.SpecialTokensInText}\n");
        text.Append($"executionProviders {string.Join(',', spec.Runtime.ExecutionProviders)}\n");
        if (spec.Runtime.LastLayer != LastLayer.Auto)
            text.Append($"lastLayer {spec.Runtime.LastLayer}\n");
        return $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))}";
    }

    /// <summary>The first twelve digits, for people.</summary>
    public static string Shorten(string digest) => digest["sha256:".Length..][..ShortLength];
}
