using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Extensions.Options;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Contracts.Scoring;
using Rerank.Dialects;

namespace Rerank.RerankerHost.Serving;

/// <summary>What requests may be: as the options say, or more where the model set in force says so, since the routers that it serves allow it.</summary>
internal sealed class LimitsInForce
{
    private readonly ServeOptions _options;
    private readonly HostOptions _host;
    private volatile HostLimits _limits;

    public LimitsInForce(ServeOptions options, IOptions<HostOptions> host)
    {
        (_options, _host) = (options, host.Value);
        Apply(null);
    }

    /// <summary>Of requests in callers' dialects.</summary>
    public RequestLimits Requests
    {
        get
        {
            var limits = _limits;
            return new() { MaxBodyBytes = limits.MaxBodyBytes, MaxDocuments = limits.MaxDocuments };
        }
    }

    /// <summary>Of a request in a caller's dialect that a router has passed on: no more than its pipeline allows.</summary>
    /// <exception cref="RequestException">What it allows can't be read.</exception>
    public RequestLimits Of(IHeaderDictionary headers)
    {
        var limits = Requests;
        return limits with
        {
            MaxBodyBytes = Least(ScoreApi.MaxBodyBytesHeader, limits.MaxBodyBytes),
            MaxDocuments = (int)Least(ScoreApi.MaxDocumentsHeader, limits.MaxDocuments),
        };

        long Least(string name, long own)
        {
            if (!headers.TryGetValue(name, out var told))
                return own;
            if (!long.TryParse(told, NumberStyles.None, CultureInfo.InvariantCulture, out var most))
                throw new RequestException(RequestErrorKind.Invalid, $"header {name}: not a number");
            return Math.Min(own, most);
        }
    }

    public int MaxDocuments => _limits.MaxDocuments;

    public long MaxBodyBytes => _limits.MaxBodyBytes;

    public TimeSpan RequestTimeout => TimeSpan.FromMilliseconds(_limits.RequestTimeoutMilliseconds);

    /// <summary>How long running requests may take to finish after the drain: as long as any may, where routers say how long that is.</summary>
    public TimeSpan Shutdown { get; private set; }

    /// <param name="told">Of a model set; null: nothing beyond the options.</param>
    [MemberNotNull(nameof(_limits))]
    public void Apply(HostLimits? told)
    {
        var own = OfOptions();
        _limits = told is null
            ? own
            : new()
            {
                MaxDocuments = Math.Max(own.MaxDocuments, told.MaxDocuments),
                MaxBodyBytes = Math.Max(own.MaxBodyBytes, told.MaxBodyBytes),
                RequestTimeoutMilliseconds = Math.Max(own.RequestTimeoutMilliseconds, told.RequestTimeoutMilliseconds),
            };
        var longest = told is null ? TimeSpan.Zero : RequestTimeout;
        Shutdown = _options.ShutdownTimeout > longest ? _options.ShutdownTimeout : longest;

        // It is read when the host stops, and not before.
        _host.ShutdownTimeout = _options.Drain + Shutdown;
    }

    private HostLimits OfOptions() => new()
    {
        MaxDocuments = _options.Limits.MaxDocuments,
        MaxBodyBytes = _options.Limits.MaxBodyBytes,
        RequestTimeoutMilliseconds = (int)_options.RequestTimeout.TotalMilliseconds,
    };
}
