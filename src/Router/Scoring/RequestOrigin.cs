namespace Rerank.Router.Scoring;

/// <summary>What hosts are told of the request for which they are asked, so that it can be followed through all logs and traces.</summary>
/// <param name="RequestId">Null when there is none, as for a comparison.</param>
/// <param name="Headers">The caller's, for the trace that it is part of.</param>
internal sealed record RequestOrigin(string? RequestId, IHeaderDictionary? Headers)
{
    public static RequestOrigin None { get; } = new(null, null);

    public string? Header(string name) => Headers?[name];
}
