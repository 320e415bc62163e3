using System.Net;
using System.Net.Http.Headers;

namespace Rerank.Faults.Tests.Faults;

/// <summary>Remembers the answers to lists, and gives an earlier one when told to, as an API server does that lags behind.</summary>
internal sealed class TimeTravel
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<(int Moment, byte[] Body)>> _answers = [];
    private int _now;
    private int? _at;

    /// <summary>Kinds, by their plural, that travel; null for all.</summary>
    public IReadOnlySet<string>? Kinds { get; set; }

    /// <summary>A moment to come back to.</summary>
    public int Mark()
    {
        lock (_lock)
            return _now++;
    }

    /// <summary>From now on lists are those of the moment. What wasn't asked for before it isn't known; that gets the newest answer.</summary>
    public void GoTo(int moment)
    {
        lock (_lock)
            _at = moment;
    }

    public void Return()
    {
        lock (_lock)
            _at = null;
    }

    public async Task<HttpResponseMessage> AnswerAsync(Uri request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var url = request.PathAndQuery;
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        if (Earlier(url, body) is not { } earlier)
            return response;
        return new(HttpStatusCode.OK)
        {
            RequestMessage = response.RequestMessage,
            Content = new ByteArrayContent(earlier) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
    }

    private byte[]? Earlier(string url, byte[] body)
    {
        lock (_lock)
        {
            if (!_answers.TryGetValue(url, out var known))
                _answers[url] = known = [];
            if (_at is not { } moment || !(Kinds?.Any(kind => url.Contains($"/{kind}?", StringComparison.Ordinal)) ?? true))
            {
                known.RemoveAll(k => k.Moment == _now);
                known.Add((_now, body));
                return null;
            }

            return known.LastOrDefault(k => k.Moment <= moment).Body;
        }
    }
}
