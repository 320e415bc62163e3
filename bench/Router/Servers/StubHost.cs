using Rerank.Contracts;
using Rerank.Contracts.Scoring;
using Rerank.Dialects;

namespace Rerank.RouterBench.Servers;

/// <summary>A host whose model costs nothing: scores are of the passages' lengths and first letters. Of a request that a router passes on it reads the body, and answers always the same.</summary>
internal static class StubHost
{
    private static readonly byte[] Tokens = """[[{"id":101,"text":"[CLS]","special":true,"start":null,"stop":null}]]"""u8.ToArray();

    public static Task RunAsync(int port)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port));
        var app = builder.Build();
        app.Run(async context =>
        {
            if (HttpMethods.IsGet(context.Request.Method))
                return;
            if (HostRoutes.All.Any(route => route.Pattern == context.Request.Path))
            {
                await PassedAsync(context);
                return;
            }

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

    private static async Task PassedAsync(HttpContext context)
    {
        var body = context.Request.BodyReader;
        while (true)
        {
            var read = await body.ReadAsync(context.RequestAborted);
            body.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                break;
        }

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = Tokens.Length;
        await context.Response.Body.WriteAsync(Tokens, context.RequestAborted);
    }
}
