using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Rerank.Operator.Local.Server;
using Rerank.Operator.Pipelines;
using Rerank.Operator.Run;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Runtime.Client.InMemory;

namespace Rerank.Operator.Local;

/// <summary>
/// <c>Operator local DIR</c>: the controllers that run in a cluster, with an API server in memory that is filled from YAML files, and with
/// processes for pods.
/// </summary>
internal static class LocalCommand
{
    private const int UsageError = 2;
    private const string Person = "kubectl";
    private const string Node = "kubelet";

    public static Command Create()
    {
        var directory = new Argument<DirectoryInfo>("DIR") { Description = "Folder with YAML files: ModelVersions, RerankPipelines, Secrets" }.AcceptExistingOnly();
        var port = new Option<int>("--port") { Description = "Loopback port of the first pipeline; further ones get the next ports", DefaultValueFactory = _ => 8080 };
        port.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 65535)
            {
                result.AddError("--port must be between 1 and 65535");
            }
        });

        var kubeconfig = new Option<FileInfo?>("--kubeconfig")
        {
            Description = "Where to write the kubeconfig for kubectl and kubectl rerank; else into a folder that is printed",
            HelpName = "FILE",
        };

        var command = new Command("local", "Run pipelines on this machine: no cluster, no containers, no download") { directory, port, kubeconfig };
        command.SetAction((result, cancellationToken) =>
        {
            var state = Directory.CreateTempSubdirectory("rerank-").FullName;
            return RunAsync(
                new LocalOptions
                {
                    Directory = result.GetRequiredValue(directory).FullName,
                    Port = result.GetValue(port),
                    StateDirectory = state,
                    KubeconfigPath = result.GetValue(kubeconfig)?.FullName ?? Path.Combine(state, "kubeconfig"),
                },
                cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(LocalOptions options, CancellationToken cancellationToken)
    {
        var console = new LocalConsole(Console.Out);
        try
        {
            if (!IsFree(options.Port))
            {
                await Console.Error.WriteLineAsync($"--port: {options.Port} is in use by another program, perhaps by another `local`; give a port that is free".AsMemory(), cancellationToken);
                return UsageError;
            }

            var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
            builder.Logging.AddSimpleConsole(format => format.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
            AddServices(builder.Services, options, console);
            using var host = builder.Build();

            console.Starting(options);
            await host.RunAsync(cancellationToken);
            return Environment.ExitCode;
        }
        finally
        {
            Directory.Delete(options.StateDirectory, recursive: true);
        }
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    }

    private static void AddServices(IServiceCollection services, LocalOptions options, LocalConsole console)
    {
        services.AddSingleton(options);
        services.AddSingleton(console);
        services.AddSingleton<LocalPorts>();
        services.AddSingleton(new ProgramImages(AppContext.BaseDirectory));
        services.TryAddSingleton(TimeProvider.System);

        services.AddSingleton(provider => new InMemoryResourceClient(provider.GetRequiredService<TimeProvider>(), LocalAdmission.Admit));
        services.AddSingleton<IResourceClient>(provider => provider.GetRequiredService<InMemoryResourceClient>());
        services.AddSingleton<IManifestApplier>(provider => new ManifestApplier(provider.GetRequiredService<InMemoryResourceClient>().As(Person)));

        // Hosted services stop in reverse order: the processes go last, after the controllers that would miss them.
        services.AddHostedService(provider => ActivatorUtilities.CreateInstance<LocalNode>(
            provider, (IResourceClient)provider.GetRequiredService<InMemoryResourceClient>().As(Node)));
        services.AddHostedService<LocalApiServer>();
        services.AddHostedService<ServiceProxy>();
        services.AddHostedService<StatusReporter>();
        services.AddHostedService<ManifestFolder>();

        services.AddRerankOptions(new ConfigurationBuilder().Build());
        services.PostConfigure<OperatorOptions>(settings =>
        {
            settings.Images.Router = LocalImages.Router;
            settings.Images.RerankerHost = LocalImages.RerankerHost;
            settings.Images.RerankerHostCuda = LocalImages.RerankerHost;
        });
        services.AddSingleton<IPoolAddresses, LocalPoolAddresses>();
        services.AddOperatorRuntime(runtime => runtime.LeaderElection.Enabled = false).AddRerankControllers();
    }
}
