using System.Text.RegularExpressions;
using Rerank.Contracts.Models;

namespace Rerank.RerankerHost.Models;

/// <summary>Rules for where files come from: no way out of a directory, no address that smuggles anything.</summary>
internal static partial class SourceRules
{
    private const int LongestPath = 512;

    /// <returns>The broken rule as <c>.FIELD: TEXT</c>; null: none.</returns>
    public static string? Problem(ModelSource source)
    {
        object?[] all = [source.Bundled, source.Http, source.HuggingFace, source.Directory];
        if (all.Count(s => s is not null) != 1)
            return ": exactly one of bundled, http, huggingFace and directory must be set";
        if (source.Bundled is { } bundled)
            return IsSegment(bundled.Name) ? null : ".bundled.name: must be the name of a folder";
        if (source.Http is { } http)
            return WebAddress.Problem(http.BaseUrl) is { } p ? $".http.baseUrl: {p}" : null;
        if (source.Directory is { } directory)
            return DirectoryProblem(directory.Path) is { } p ? $".directory.path: {p}" : null;
        return Problem(source.HuggingFace!);
    }

    /// <summary>Of a path below a source.</summary>
    public static string? PathProblem(string path)
    {
        if (path.Length is 0 or > LongestPath)
            return $"must be 1 to {LongestPath} characters long";
        return path.Split('/').All(IsSegment) ? null : "must be relative, with forward slashes, and without empty parts, . and ..";
    }

    private static string? Problem(HuggingFaceSource source)
    {
        var parts = source.Repository.Split('/');
        if (parts.Length != 2 || !parts.All(static p => p.Length <= ModelLimits.MaxRepositoryPartLength && RepositoryPart().IsMatch(p) && IsSegment(p)))
            return ".huggingFace.repository: must be organisation/model";
        if (!Revision().IsMatch(source.Revision))
            return ".huggingFace.revision: must be a commit, 40 lower-case hexadecimal digits";
        return WebAddress.Problem(source.Endpoint) is { } problem ? $".huggingFace.endpoint: {problem}" : null;
    }

    private static string? DirectoryProblem(string path)
    {
        if (path.Length is 0 or > 4096 || path.Any(char.IsControl))
            return "must be a path";
        if (!Path.IsPathFullyQualified(path))
            return PathProblem(path);
        return path.Split('/', '\\').Contains("..") ? "must not contain .." : null;
    }

    private static bool IsSegment(string text) =>
        text is not ("" or "." or "..") && !text.Any(static c => c is '/' or '\\' or ':' || char.IsControl(c));

    [GeneratedRegex(@"^[A-Za-z0-9._-]+\z")]
    private static partial Regex RepositoryPart();

    [GeneratedRegex(@"^[0-9a-f]{40}\z")]
    private static partial Regex Revision();
}
