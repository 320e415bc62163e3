namespace Rerank.Contracts.Models;

/// <summary>Bounds of a model set. Whoever lets people ask for something and whoever takes a set in have the same, or a spec could be accepted that no host takes.</summary>
public static class ModelLimits
{
    /// <summary>Models of one host.</summary>
    public const int MaxModels = 32;

    public const int MaxNameLength = 253;

    public const int MaxFiles = 64;

    /// <summary>Of an organisation, or of a repository of it.</summary>
    public const int MaxRepositoryPartLength = 96;

    public const int MaxInputTokens = 131_072;

    /// <summary>Another name for a model where a set has the name already: what is cut off is made up for by the digest.</summary>
    /// <param name="mark">A short form of the model's digest.</param>
    public static string Marked(string name, string mark)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(mark);
        return $"{name[..Math.Min(name.Length, MaxNameLength - mark.Length - 1)]}.{mark}";
    }
}
