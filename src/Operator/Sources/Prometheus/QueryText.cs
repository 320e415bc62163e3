
namespace Rerank.Operator.Sources.Prometheus;

/// <summary>The queries of a metric for one revision. Pure.</summary>
internal static class QueryText
{
    private const string Revision = "{{revision}}";
    private const string Window = "{{window}}";

    /// <param name="window">Becomes a duration of Prometheus in whole seconds, one at least.</param>
    public static string Of(string query, string revision, TimeSpan window)
    {
        var seconds = Math.Max(1, (long)Math.Ceiling(window.TotalSeconds));
        return query.Replace(Revision, revision, StringComparison.Ordinal).Replace(Window, $"{seconds}s", StringComparison.Ordinal);
    }
}
