using k8s.Models;

namespace Rerank.Operator.Local;

/// <summary>Turns what a container is told into what a process on this machine is told: its own ports, its own folders.</summary>
internal static class PodCommandLine
{
    /// <param name="folders">Mount paths and the folders that stand for them.</param>
    /// <param name="ports">Container ports and the loopback ports that stand for them.</param>
    public static IReadOnlyList<string> Arguments(
        V1Container container, IReadOnlyDictionary<string, string> folders, IReadOnlyDictionary<int, int> ports) =>
        [.. WithoutDraining(container.Args ?? []).Select(argument => Translate(argument, folders, ports))];

    /// <summary>Nothing here goes on sending requests to a pod that is stopped on purpose, so nobody has to wait for that.</summary>
    private static IEnumerable<string> WithoutDraining(IEnumerable<string> arguments)
    {
        var previous = "";
        foreach (var argument in arguments)
        {
            yield return previous == "--drain-seconds" ? "0" : argument;
            previous = argument;
        }
    }

    internal static string Translate(string argument, IReadOnlyDictionary<string, string> folders, IReadOnlyDictionary<int, int> ports)
    {
        var parts = argument.Split(';').Select(part => TranslatePart(part, folders, ports));
        return string.Join(';', parts);
    }

    private static string TranslatePart(string part, IReadOnlyDictionary<string, string> folders, IReadOnlyDictionary<int, int> ports)
    {
        const string AnyAddress = "http://+:";
        const string UnixSocket = "http://unix:";
        if (part.StartsWith(AnyAddress, StringComparison.Ordinal))
        {
            return int.TryParse(part.AsSpan(AnyAddress.Length), out var port) && ports.TryGetValue(port, out var loopback)
                ? $"http://127.0.0.1:{loopback}"
                : throw new InvalidOperationException($"\"{part}\" names no port of the container");
        }

        var prefix = part.StartsWith(UnixSocket, StringComparison.Ordinal) ? UnixSocket : "";
        var path = part[prefix.Length..];
        var mount = folders.Keys
            .Where(mount => path == mount || path.StartsWith(mount + "/", StringComparison.Ordinal))
            .MaxBy(mount => mount.Length);
        return mount is null ? part : prefix + folders[mount] + path[mount.Length..];
    }
}
