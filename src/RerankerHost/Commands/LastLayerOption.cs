using System.CommandLine;
using Rerank.Contracts.Models;

namespace Rerank.RerankerHost.Commands;

/// <summary><c>--last-layer</c> of every command that runs models.</summary>
internal static class LastLayerOption
{
    public const string Name = "--last-layer";

    public const string Description = """
        For which tokens the last layer is computed, of which the score reads the first alone: FirstToken; AllTokens, as the file has it; or auto, the first where scores stay the same.
        Models quantized dynamically give slightly other scores with FirstToken.
        """;

    public static Option<LastLayer> Create() => new(Name) { Description = Description, DefaultValueFactory = _ => LastLayer.Auto };
}
