using System.CommandLine;
using Rerank.Contracts.Models;

namespace Rerank.RerankerHost.Commands;

/// <summary><c>--execution-providers</c> of every command that runs models: names separated by commas, in order of preference.</summary>
internal static class ProvidersOption
{
    public const string Name = "--execution-providers";

    public const string Problem = "must be CPU, CUDA or both, separated by a comma";

    public static Option<IReadOnlyList<ExecutionProvider>> Create(string description, params ExecutionProvider[] value) => new(Name)
    {
        Description = $"{description} CPU, CUDA or both, separated by a comma; the first that works is used.",
        DefaultValueFactory = _ => value,
        CustomParser = result =>
        {
            var providers = Parse(result.Tokens[0].Value);
            if (providers.Count == 0)
                result.AddError($"{Name}: {Problem}");
            return providers;
        },
    };

    /// <returns>None when the text isn't such a list.</returns>
    public static IReadOnlyList<ExecutionProvider> Parse(string? text)
    {
        var providers = new List<ExecutionProvider>();
        foreach (var name in (text ?? "").Split(',', StringSplitOptions.TrimEntries))
        {
            // By its name only: an enumeration is parsed from numbers too.
            var known = Enum.GetNames<ExecutionProvider>().FirstOrDefault(n => n.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (known is null || providers.Contains(Enum.Parse<ExecutionProvider>(known)))
                return [];
            providers.Add(Enum.Parse<ExecutionProvider>(known));
        }

        return providers;
    }

    public static string Show(IReadOnlyList<ExecutionProvider> providers) => string.Join(',', providers);
}
