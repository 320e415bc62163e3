using System.CommandLine;
using Microsoft.Extensions.Options;

namespace Rerank.Router;

/// <summary>The command line.</summary>
internal static class RouterCommand
{
    private const int UsageError = 2;

    public static RootCommand Create()
    {
        var defaults = new RouterOptions();
        var urls = new Option<string>("--urls") { Description = "Where applications call; ';' between several.", DefaultValueFactory = _ => defaults.Urls };
        var adminUrls = new Option<string?>("--admin-urls") { Description = "Where the operator calls. Without it there is no admin API." };
        var adminTokenFile = new Option<string?>("--admin-token-file") { Description = "File with the token that the operator has to show." };
        var routingTable = new Option<string?>("--routing-table") { Description = "Routing table to start with, as JSON. May be absent: then one has to be pushed." };
        var socketDirectory = new Option<string>("--socket-directory")
        {
            Description = "Where the Unix sockets of unix:NAME addresses are.",
            DefaultValueFactory = _ => defaults.SocketDirectory,
        };
        var drain = new Option<int>("--drain-seconds")
        {
            Description = "How long requests are still taken on a stop, after readiness is off.",
            DefaultValueFactory = _ => (int)defaults.Drain.TotalSeconds,
        };

        var command = new RootCommand("Tiered rerank router: answers rerank requests from a cache, a small model and a full model.")
        {
            urls, adminUrls, adminTokenFile, routingTable, socketDirectory, drain,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new RouterOptions
            {
                Urls = parsed.GetRequiredValue(urls),
                AdminUrls = parsed.GetValue(adminUrls),
                AdminTokenFile = parsed.GetValue(adminTokenFile),
                RoutingTablePath = parsed.GetValue(routingTable),
                SocketDirectory = parsed.GetRequiredValue(socketDirectory),
                Drain = TimeSpan.FromSeconds(parsed.GetValue(drain)),
            },
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(RouterOptions options, CancellationToken cancellationToken)
    {
        WebApplication app;
        try
        {
            app = RouterApplication.Create(options);
        }
        catch (OptionsValidationException e)
        {
            foreach (var failure in e.Failures)
                await Console.Error.WriteLineAsync(failure.AsMemory(), cancellationToken);
            return UsageError;
        }

        await using (app)
            await app.RunAsync(cancellationToken);
        return 0;
    }
}
