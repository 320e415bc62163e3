using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Rerank.Http;

/// <summary>Pages of which origins may call from browsers (CORS). Without any, answers have no headers of it, and a preflight is a method that isn't taken.</summary>
public static class AllowedOrigins
{
    /// <summary>Every origin.</summary>
    public const string Any = "*";

    private static readonly TimeSpan PreflightMaxAge = TimeSpan.FromMinutes(10);

    /// <param name="origins">In force when a request comes; they may change from one to the next. Null or empty: none.</param>
    public static IServiceCollection AddAllowedOrigins(this IServiceCollection services, Func<HttpContext, IReadOnlyList<string>?> origins, IReadOnlyList<string> exposedHeaders) =>
        services.AddCors().AddSingleton<ICorsPolicyProvider>(new PolicyProvider(origins, exposedHeaders));

    /// <summary>After routing, before endpoints.</summary>
    public static IApplicationBuilder UseAllowedOrigins(this IApplicationBuilder app) => app.UseCors();

    /// <summary>What is for whoever runs the servers, and for other servers, isn't for pages.</summary>
    private static bool IsForPages(PathString path) => !path.StartsWithSegments("/metrics") && !path.StartsWithSegments("/internal") && !path.StartsWithSegments("/admin");

    private static CorsPolicy PolicyOf(IReadOnlyList<string> origins, IReadOnlyList<string> exposedHeaders)
    {
        // Never with credentials: nothing here goes by cookies. A page may send Authorization, which a gateway in front looks at, as any other header.
        var policy = new CorsPolicyBuilder()
            .WithMethods(HttpMethods.Get, HttpMethods.Head, HttpMethods.Post)
            .AllowAnyHeader()
            .WithExposedHeaders([.. exposedHeaders])
            .SetPreflightMaxAge(PreflightMaxAge);
        return (origins.Contains(Any) ? policy.AllowAnyOrigin() : policy.WithOrigins([.. origins])).Build();
    }

    private sealed class PolicyProvider(Func<HttpContext, IReadOnlyList<string>?> origins, IReadOnlyList<string> exposedHeaders) : ICorsPolicyProvider
    {
        private volatile Made? _last;

        public Task<CorsPolicy?> GetPolicyAsync(HttpContext context, string? policyName)
        {
            if (!IsForPages(context.Request.Path) || origins(context) is not { Count: > 0 } allowed)
                return Task.FromResult<CorsPolicy?>(null);
            if (_last is not { } last || !ReferenceEquals(last.Origins, allowed))
                _last = last = new Made(allowed, PolicyOf(allowed, exposedHeaders));
            return Task.FromResult<CorsPolicy?>(last.Policy);
        }
    }

    private sealed record Made(IReadOnlyList<string> Origins, CorsPolicy Policy);
}
