using Rerank.Contracts.Routing;

namespace Rerank.Dialects;

/// <summary>A path on which rerank requests are taken, and what is spoken there.</summary>
public sealed class RerankRoute
{
    private readonly Func<RequestDraft, Dialect>? _choose;

    internal RerankRoute(string pattern, Dialect fallback, Func<RequestDraft, Dialect>? choose = null)
    {
        Pattern = pattern;
        Fallback = fallback;
        _choose = choose;
    }

    /// <summary>A route pattern of ASP.NET Core.</summary>
    public string Pattern { get; }

    /// <summary>Tells of errors as long as nothing is known of a request's body.</summary>
    public Dialect Fallback { get; }

    /// <summary>For one request.</summary>
    public RerankConversation Begin() => new(this);

    internal Dialect Choose(RequestDraft draft) => _choose?.Invoke(draft) ?? Fallback;
}

/// <summary>One request on a route. Not safe to use from several threads at once.</summary>
public sealed class RerankConversation(RerankRoute route)
{
    /// <summary>What to answer in: the route's fallback until the body is parsed, also in vain.</summary>
    public Dialect Dialect { get; private set; } = route.Fallback;

    /// <inheritdoc cref="Dialects.Dialect.Parse"/>
    public RerankRequest Parse(ReadOnlyMemory<byte> body, RequestLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        var draft = RequestReader.Read(body, limits);
        Dialect = route.Choose(draft);
        return Dialect.Accept(draft);
    }
}
