using System.Globalization;
using System.Text.Json.Nodes;

namespace Rerank.Operator.Local.Server;

/// <summary>The parameters of a list or watch.</summary>
/// <param name="Name">Of the only object that is wanted; null: all.</param>
internal sealed record ObjectQuery(bool IsWatch, string? LabelSelector, string? Name, string? ResourceVersion, bool WantsBookmarks, TimeSpan Timeout)
{
    private const string NameField = "metadata.name=";

    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan MaxTimeout = TimeSpan.FromHours(1);

    /// <exception cref="ApiError">A parameter asks for what isn't there.</exception>
    public static ObjectQuery Of(IQueryCollection query) => new(
        query["watch"] is [("true" or "1")],
        query["labelSelector"],
        NameOf(query["fieldSelector"].ToString()),
        query["resourceVersion"],
        query["allowWatchBookmarks"] is [("true" or "1")],
        int.TryParse(query["timeoutSeconds"], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(Math.Min(seconds, MaxTimeout.TotalSeconds))
            : DefaultTimeout);

    public bool Selects(JsonObject entity) => Name is null || $"{entity["metadata"]?["name"]}" == Name;

    private static string? NameOf(string fieldSelector) => fieldSelector switch
    {
        "" => null,
        _ when fieldSelector.StartsWith(NameField, StringComparison.Ordinal) && !fieldSelector.Contains(',') => fieldSelector[NameField.Length..],
        _ => throw ApiError.BadRequest($"local mode selects by metadata.name only, not by \"{fieldSelector}\""),
    };
}
