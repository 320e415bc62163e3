using System.Net;
using System.Net.Sockets;
using System.Text;
using k8s.Models;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Operator.Local;

/// <summary>kube-proxy of local mode: every Service with an address of its own gets a loopback port, which forwards to its ready pods in turn.</summary>
internal sealed class ServiceProxy(IResourceClient client, LocalOptions options, LocalConsole console, LocalPorts ports, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);
    private static readonly byte[] NoPod = Encoding.ASCII.GetBytes(
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Type: application/json\r\nContent-Length: 38\r\nConnection: close\r\n\r\n"
        + "{\"message\":\"the service has no pods\"}\n");

    private readonly Dictionary<string, Listener> _listeners = [];
    private uint _turn;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        do
        {
            var services = (await client.ListAllAsync<V1Service>(ns: null, labelSelector: null, stoppingToken))
                .Where(service => service.Spec.ClusterIP != "None" && service.Spec.Ports is [_, ..])
                .OrderBy(service => service.Metadata.CreationTimestamp)
                .ToDictionary(service => service.Metadata.Uid);
            foreach (var uid in _listeners.Keys.Except(services.Keys).ToList())
            {
                _listeners.Remove(uid, out var closed);
                ports.Release(closed!.Service);
                closed.Stop();
            }

            foreach (var (uid, service) in services.Where(service => !_listeners.ContainsKey(service.Key)))
            {
                _listeners[uid] = Open(service, stoppingToken);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private Listener Open(V1Service service, CancellationToken stoppingToken)
    {
        var name = $"{service.Metadata.NamespaceProperty}/{service.Metadata.Name}";
        var port = ports.Assign(name, options.Port);
        var socket = new TcpListener(IPAddress.Loopback, port);
        socket.Start();
        console.ServiceOpened(name, port);
        var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        return new Listener(name, socket, stop, AcceptAsync(service, socket, stop.Token));
    }

    private async Task AcceptAsync(V1Service service, TcpListener listener, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var connection = await listener.AcceptSocketAsync(cancellationToken);
                _ = ForwardAsync(service, connection, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task ForwardAsync(V1Service service, Socket connection, CancellationToken cancellationToken)
    {
        using (connection)
        {
            try
            {
                using var backend = await ConnectAsync(service, cancellationToken);
                if (backend is null)
                {
                    await connection.SendAsync(NoPod, cancellationToken);
                    return;
                }

                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                var there = CopyAsync(connection, backend, either.Token);
                var back = CopyAsync(backend, connection, either.Token);

                // A caller may be done sending and wait for the answer. A pod that is gone answers nothing more: its caller must not wait for ever.
                if (await Task.WhenAny(there, back) == back || there.IsFaulted)
                    await either.CancelAsync();
                await Task.WhenAll(there, back);
            }
            catch (Exception exception) when (exception is SocketException or IOException or OperationCanceledException)
            {
                // One side went away; closing both is all that there is to do.
            }
        }
    }

    private async Task<Socket?> ConnectAsync(V1Service service, CancellationToken cancellationToken)
    {
        var target = service.Spec.Ports[0].TargetPort.Value;
        var ready = (await client.ListAllAsync<V1Pod>(ns: null, labelSelector: null, cancellationToken))
            .Where(pod => pod.Metadata.NamespaceProperty == service.Metadata.NamespaceProperty
                && service.Spec.Selector.All(label => pod.GetLabel(label.Key) == label.Value)
                && DeploymentPlan.IsReady(pod))
            .SelectMany(pod => pod.Spec.Containers.SelectMany(container => container.Ports ?? []).Where(port => port.Name == target))
            .ToList();
        for (var attempt = 0; attempt < ready.Count; attempt++)
        {
            var port = ready[(int)(Interlocked.Increment(ref _turn) % ready.Count)].ContainerPort;
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                return socket;
            }
            catch (SocketException)
            {
                socket.Dispose();
            }
        }

        return null;
    }

    private static async Task CopyAsync(Socket from, Socket to, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        while (await from.ReceiveAsync(buffer, cancellationToken) is var read and > 0)
        {
            await to.SendAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        to.Shutdown(SocketShutdown.Send);
    }

    private sealed record Listener(string Service, TcpListener Socket, CancellationTokenSource Cancellation, Task Accepting)
    {
        public void Stop()
        {
            Cancellation.Cancel();
            Socket.Stop();
            Cancellation.Dispose();
        }
    }
}
