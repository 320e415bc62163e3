using k8s;
using k8s.Models;
using Rerank.Operator.Manifests;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Operator.Local;

/// <summary>One Pod as processes on loopback ports.</summary>
internal sealed class LocalPod : IAsyncDisposable
{
    private readonly PodFiles _files;
    private readonly Dictionary<int, int> _ports;
    private readonly V1PodSpec _template;
    private readonly string _directory;
    private readonly List<LocalContainer> _containers;

    /// <param name="template">The pod's spec as the operator wrote it.</param>
    /// <param name="directory">Folder of this pod alone.</param>
    public LocalPod(ObjectKey key, V1PodSpec template, string directory, string claims, ProgramImages images, TimeProvider time)
    {
        Key = key;
        _template = template;
        _directory = Directory.CreateDirectory(directory).FullName;
        _files = new PodFiles(_directory, claims);
        _ports = template.Containers
            .SelectMany(container => container.Ports ?? [])
            .ToDictionary(port => port.ContainerPort, _ => LoopbackPorts.Free());
        _containers = [.. template.Containers.Select(container => new LocalContainer(this, container, images, time))];
    }

    public ObjectKey Key { get; }

    public IReadOnlyList<LocalContainer> Containers => _containers;

    /// <summary>The pod's spec with the ports that its processes listen on.</summary>
    public V1PodSpec Spec()
    {
        var spec = KubernetesJson.Deserialize<V1PodSpec>(KubernetesJson.Serialize(_template));
        foreach (var port in spec.Containers.SelectMany(container => container.Ports ?? []))
        {
            port.ContainerPort = _ports[port.ContainerPort];
        }

        return spec;
    }

    public string LogOf(string container) => Path.Combine(_directory, $"{container}.log");

    public int Loopback(int containerPort) => _ports[containerPort];

    public IReadOnlyList<string> Arguments(V1Container container, string programDirectory)
    {
        var volumes = (_template.Volumes ?? []).ToDictionary(volume => volume.Name, _files.FolderOf);
        var folders = (container.VolumeMounts ?? [])
            .ToDictionary(mount => mount.MountPath, mount => Path.Combine(volumes[mount.Name], mount.SubPath ?? ""));
        folders["/app"] = programDirectory;
        folders[PodPaths.Claims] = _files.Claims;
        return PodCommandLine.Arguments(container, folders, _ports);
    }

    /// <summary>Brings files up to date, starts what isn't running, and asks what runs whether it is ready.</summary>
    public async Task SyncAsync(IResourceClient client, HttpClient probes, CancellationToken cancellationToken)
    {
        await _files.SyncAsync(Key.Namespace, _template.Volumes ?? [], client, cancellationToken);
        await Task.WhenAll(_containers.Select(container => container.SyncAsync(probes, cancellationToken)));
    }

    public V1PodStatus Status() => new()
    {
        Phase = "Running",
        PodIP = "127.0.0.1",
        HostIP = "127.0.0.1",
        ContainerStatuses = [.. _containers.Select(container => container.Status())],
        Conditions =
        [
            new V1PodCondition { Type = "PodScheduled", Status = "True" },
            new V1PodCondition
            {
                Type = "Ready",
                Status = _containers.TrueForAll(container => container.IsReady) ? "True" : "False",
            },
        ],
    };

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_containers.Select(container => container.DisposeAsync().AsTask()));
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }
}
