using Rerank.Contracts;
using Rerank.Contracts.Scoring;

namespace Rerank.RouterBench.Servers;

/// <summary>A host whose model costs nothing: scores are of the passages' lengths and first letters.</summary>
internal static class StubHost
{
    public static Task RunAsync(int port)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port));
        var app = builder.Build();
        app.Run(async context =>
        {
            if (HttpMethods.IsGet(context.Request.Method))
                return;
            var request = (await context.Request.ReadFromJsonAsync(WireJson.Default.ScoreRequest, context.RequestAborted))!;
            var logits = request.Passages.Select(passage => (passage.GetHashCode(StringComparison.Ordinal) % 10_000) / 1000f).ToArray();
            var answer = new ScoreResponse
            {
                Digest = request.Digest,
                Logits = logits,
                Tokens = [.. request.Passages.Select(passage => passage.Length / 5)],
                TotalTokens = [.. request.Passages.Select(passage => passage.Length / 5)],
                Truncated = new bool[logits.Length],
            };
            context.Response.Headers[ScoreApi.ScoredByHeader] = "CPU";
            await context.Response.WriteAsJsonAsync(answer, WireJson.Default.ScoreResponse, cancellationToken: context.RequestAborted);
        });
        return app.RunAsync();
    }
}
