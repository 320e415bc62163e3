using System.Diagnostics;

namespace Rerank.Programs.Traces;

/// <summary>Spans of requests that come in and go out, with W3C trace context. They have no text of queries and passages.</summary>
public static class RequestSpans
{
    private const string TraceParent = "traceparent";
    private const string TraceState = "tracestate";

    /// <summary>A span of a request that came in: part of the caller's trace where its headers say so, else of a new one. Null when nobody wants spans.</summary>
    /// <param name="header">Value of a header of the request; null: it isn't there.</param>
    public static Activity? StartServer(this ActivitySource source, string name, Func<string, string?> header)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(header);
        if (!source.HasListeners())
            return null;
        ActivityContext.TryParse(header(TraceParent), header(TraceState), isRemote: true, out var parent);

        // What the web server has begun for its own ends is never sent, so that nothing may hang on it.
        Activity.Current = null;
        return source.StartActivity(name, ActivityKind.Server, parent);
    }

    /// <summary>Tells the other side of a request that goes out which trace it belongs to: that of its span, else that which the caller's request came with.</summary>
    /// <param name="span">Of the request that goes out; null: there is none.</param>
    /// <param name="header">Value of a header of the caller's request; null: it isn't there.</param>
    public static void Propagate(this Activity? span, HttpRequestMessage message, Func<string, string?> header)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(header);
        Set(message, TraceParent, span is null ? header(TraceParent) : span.Id);
        Set(message, TraceState, span is null ? header(TraceState) : span.TraceStateString);
    }

    /// <summary>How it ended. Only what is the server's fault is an error of the server's.</summary>
    public static void SetStatus(this Activity? span, int status)
    {
        span?.SetTag("http.response.status_code", status);
        if (status >= 500)
            span?.SetStatus(ActivityStatusCode.Error);
    }

    private static void Set(HttpRequestMessage message, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            message.Headers.TryAddWithoutValidation(name, value);
    }
}
