namespace Rerank.Operator.Local;

/// <summary>Settings of <c>Operator local</c>.</summary>
internal sealed record LocalOptions
{
    /// <summary>Folder with the YAML files.</summary>
    public required string Directory { get; init; }

    /// <summary>Loopback port of the first pipeline; further ones get the ports after it.</summary>
    public required int Port { get; init; }

    /// <summary>Where processes keep files, sockets and logs. Short, because a Unix socket's path is limited to about 100 bytes.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>Where the kubeconfig for this run goes.</summary>
    public required string KubeconfigPath { get; init; }
}
