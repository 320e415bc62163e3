using System.CommandLine;
using k8s;
using k8s.Exceptions;

namespace Rerank.Cli.Connection;

/// <summary>Which cluster and namespace: kubectl's options of the same names, KUBECONFIG, and the configuration's current context.</summary>
internal sealed class ConnectionOptions(Surroundings surroundings)
{
    private const string DefaultNamespace = "default";

    private readonly Option<string?> _namespace = new("--namespace", "-n")
    {
        Description = "Namespace of the pipeline; else the context's",
        Recursive = true,
    };

    private readonly Option<string?> _kubeconfig = new("--kubeconfig")
    {
        Description = "Path of the kubeconfig; else KUBECONFIG or ~/.kube/config",
        Recursive = true,
    };

    private readonly Option<string?> _context = new("--context")
    {
        Description = "Context of the kubeconfig; else its current one",
        Recursive = true,
    };

    public void AddTo(RootCommand root)
    {
        root.Add(_namespace);
        root.Add(_kubeconfig);
        root.Add(_context);
    }

    /// <returns>Null when none is given.</returns>
    public string? Namespace(ParseResult result) => result.GetValue(_namespace);

    /// <exception cref="CommandFailure">There is no such configuration.</exception>
    public Cluster Connect(ParseResult result)
    {
        var configuration = Configuration(result.GetValue(_kubeconfig), result.GetValue(_context));
        var ns = Namespace(result) ?? configuration.Namespace;
        return new(new Kubernetes(configuration), string.IsNullOrEmpty(ns) ? DefaultNamespace : ns);
    }

    private KubernetesClientConfiguration Configuration(string? kubeconfig, string? context)
    {
        var files = Files(kubeconfig);
        try
        {
            if (files.Length > 0)
                return KubernetesClientConfiguration.BuildConfigFromConfigObject(Kubeconfigs.Load(files, context), context);
            if (context is null && KubernetesClientConfiguration.IsInCluster())
                return KubernetesClientConfiguration.InClusterConfig();
        }
        catch (KubeConfigException exception)
        {
            throw new CommandFailure($"the kubeconfig can't be used: {exception.Message}. `kubectl config view` shows it.", exception);
        }

        throw new CommandFailure("there is no kubeconfig: set --kubeconfig or KUBECONFIG. Local mode prints the path of its own when it starts.");
    }

    private FileInfo[] Files(string? kubeconfig)
    {
        if (kubeconfig is not null)
        {
            return File.Exists(kubeconfig)
                ? [new FileInfo(kubeconfig)]
                : throw new CommandFailure($"the kubeconfig {kubeconfig} doesn't exist");
        }

        var listed = surroundings.Variable("KUBECONFIG");
        string[] paths = string.IsNullOrEmpty(listed)
            ? [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config")]
            : listed.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return [.. paths.Where(File.Exists).Select(path => new FileInfo(path))];
    }
}
