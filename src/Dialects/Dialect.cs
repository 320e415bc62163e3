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

    /// <summary>The status code with which this dialect tells of an error.</summary>
    public abstract int StatusOf(RequestErrorKind kind);

    /// <summary>Writes the body of an error.</summary>
    public abstract void WriteError(IBufferWriter<byte> output, RequestError error);

    /// <summary>Judges what a body says.</summary>
    /// <exception cref="RequestException">It isn't a request of this dialect, or exceeds a limit.</exception>
    internal abstract RerankRequest Accept(RequestDraft draft);
}
