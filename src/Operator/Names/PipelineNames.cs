using System.Security.Cryptography;
using System.Text;

namespace Rerank.Operator.Names;

/// <summary>Names of what belongs to a pipeline. The same input always gives the same name.</summary>
internal sealed record PipelineNames(string Pipeline)
{
    private const int MaxLength = 63;

    public string Service => Fit(Pipeline);

    public string Router => Fit($"{Pipeline}-router");

    public string AdminSecret => Fit($"{Pipeline}-admin");

    public string LabelValue => Fit(Pipeline);

    public string Pool(PoolId pool) => Fit(pool.Home is null ? $"{Pipeline}-{pool.Tier}" : $"{Pipeline}-{pool.Tier}-{pool.Home}");

    public string Revision(string revision) => Fit($"{Pipeline}-{revision}");

    /// <summary>Of the report about a revision's rollout.</summary>
    public string Report(string revision) => Fit($"{Pipeline}-{revision}-report");

    /// <summary>The first eight hexadecimal digits of the text's SHA-256.</summary>
    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 4));

    // Names of Services are the strictest: 63 characters, a letter first, no dots. Custom resources may have longer ones with dots.
    private static string Fit(string name)
    {
        if (name.Length <= MaxLength && char.IsAsciiLetterLower(name[0]) && !name.Contains('.'))
            return name;
        var hash = Hash(name);
        var readable = (char.IsAsciiLetterLower(name[0]) ? name : $"p{name}").Replace('.', '-');
        var room = MaxLength - hash.Length - 1;
        return $"{(readable.Length > room ? readable[..room] : readable).TrimEnd('-')}-{hash}";
    }
}
