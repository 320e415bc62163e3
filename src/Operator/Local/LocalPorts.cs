namespace Rerank.Operator.Local;

/// <summary>Which loopback port stands for which Service.</summary>
internal sealed class LocalPorts
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _ports = [];

    /// <summary>The lowest port from <paramref name="first"/> on that no other Service has.</summary>
    public int Assign(string service, int first)
    {
        lock (_lock)
        {
            var port = first;
            while (_ports.ContainsValue(port))
            {
                port++;
            }

            return _ports[service] = port;
        }
    }

    public int? Of(string service)
    {
        lock (_lock)
        {
            return _ports.TryGetValue(service, out var port) ? port : null;
        }
    }

    public void Release(string service)
    {
        lock (_lock)
        {
            _ports.Remove(service);
        }
    }
}
