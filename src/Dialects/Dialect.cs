using System.Buffers;
using Rerank.Contracts.Routing;

namespace Rerank.Dialects;

/// <summary>One wire format of rerank requests. Stateless; one implementation serves the router and the host.</summary>
public abstract class Dialect
{
    /// <summary>Lower case; for metrics and logs.</summary>
    public abstract string Name { get; }

    /// <summary>Reads a body. Liberal: unknown members are skipped, null is absent, a byte order mark is skipped.</summary>
    /// <exception cref="RequestException">The body isn't a request of this dialect, or exceeds a limit.</exception>
    public RerankRequest Parse(ReadOnlyMemory<byte> body, RequestLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return Accept(RequestReader.Read(body, limits));
    }

    /// <summary>Writes the body of a 200.</summary>
    public abstract void WriteAnswer(IBufferWriter<byte> output, RerankRequest request, RerankAnswer answer);

    /// <summary>Headers that a 200 has in this dialect.</summary>
    public virtual IEnumerable<KeyValuePair<string, string>> Headers(RerankRequest request, RerankAnswer answer) => [];

    /// <summary>The status code with which this dialect tells of an error: the usual one, unless it has another.</summary>
    public virtual int StatusOf(RequestErrorKind kind) => kind switch
    {
        RequestErrorKind.Malformed or RequestErrorKind.Empty or RequestErrorKind.Invalid => 400,
        RequestErrorKind.ModelNotFound or RequestErrorKind.RouteNotFound or RequestErrorKind.AnswerNotFound => 404,
        RequestErrorKind.MethodNotAllowed => 405,
        RequestErrorKind.TooLarge => 413,
        RequestErrorKind.UnsupportedEncoding => 415,
        RequestErrorKind.Overloaded => 429,
        RequestErrorKind.Unavailable => 503,
        RequestErrorKind.DeadlineExceeded => 504,
        _ => 500,
    };

    /// <summary>Writes the body of an error.</summary>
    public abstract void WriteError(IBufferWriter<byte> output, RequestError error);

    /// <summary>Judges what a body says.</summary>
    /// <exception cref="RequestException">It isn't a request of this dialect, or exceeds a limit.</exception>
    internal abstract RerankRequest Accept(RequestDraft draft);
}
