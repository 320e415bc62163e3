using System.Globalization;
using System.Net;
using k8s.Autorest;

namespace Rerank.Operator.Runtime.Client;

/// <summary>How long a server that is overloaded asks to be left alone.</summary>
internal static class Throttling
{
    /// <summary>An absurd answer must not stop a controller for good.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <returns>Null when the error is another one, or says nothing.</returns>
    public static TimeSpan? RetryAfter(Exception error)
    {
        if (error is not HttpOperationException { Response: { StatusCode: HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable } response })
            return null;
        // API servers give seconds, never a date.
        return response.Headers is { } headers
            && headers.TryGetValue("Retry-After", out var values)
            && int.TryParse(values.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(Math.Min(seconds, Longest.TotalSeconds))
            : null;
    }
}
