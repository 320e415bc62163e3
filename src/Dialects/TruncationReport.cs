namespace Rerank.Dialects;

/// <summary>
/// Which results say how much of their query and document the model read, as <c>truncated</c>, <c>tokens</c> and <c>total_tokens</c>. No dialect has such
/// fields of its own; the clients that we know of skip what they don't know, and for others there is <see cref="None"/>.
/// </summary>
public enum TruncationReport
{
    /// <summary>Those of which something was cut off.</summary>
    Cut,

    /// <summary>All.</summary>
    All,

    /// <summary>None: answers have the dialect's own fields only.</summary>
    None,
}

/// <summary>How a request asks for one.</summary>
public static class TruncationReports
{
    public const string Header = "X-Rerank-Truncation-Report";

    /// <param name="value">The header's; null or empty: it isn't there.</param>
    /// <exception cref="RequestException">It is none of the values.</exception>
    public static TruncationReport Parse(string? value) => value?.Trim().ToUpperInvariant() switch
    {
        null or "" or "CUT" => TruncationReport.Cut,
        "ALL" => TruncationReport.All,
        "NONE" => TruncationReport.None,
        _ => throw new RequestException(RequestErrorKind.Invalid, $"header {Header} must be \"cut\", \"all\" or \"none\""),
    };
}
