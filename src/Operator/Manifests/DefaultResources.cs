using System.Globalization;
using Rerank.Contracts.Routing;
using Rerank.Operator.Revisions;

namespace Rerank.Operator.Manifests;

/// <summary>
/// What containers ask for of which the spec says nothing, so that their pods aren't the first to be evicted, and aren't put where there is no room. None of it depends on
/// models: another model must not restart a pod.
/// </summary>
internal static class DefaultResources
{
    private const string Cpu = "cpu";
    private const string Memory = "memory";
    private const long Mebibyte = 1024 * 1024;

    // Little, so that small clusters have room; processes take more where it is free, since nothing limits them.
    private const string RouterCpu = "50m";
    private const string HostCpu = "100m";

    /// <summary>
    /// What an autoscaler keeps a pool's pods at of which the user doesn't say what CPU they ask for: four fifths of a core, since a host uses whole ones. No share of
    /// what they ask for: that would have to be more for pools with an autoscaler, whose pods would then be replaced when one is made.
    /// </summary>
    public const string AutoscaledCpu = "800m";

    /// <summary>What a host has beside its models (docs/benchmarks.md: 150 MiB), and a small model. It has no limit: only the user knows what models will come.</summary>
    private const string HostMemory = "256Mi";

    // Measured with 16 clients (docs/operations.md): what a router without a cache has at requests of a hundred passages of 500 bytes; what it has at most beside its heap,
    // when that is full; and in its heap beside cache and requests.
    private const long UsualBytes = 160 * Mebibyte;
    private const long UnmanagedBytes = 104 * Mebibyte;
    private const long ManagedBytes = 64 * Mebibyte;

    /// <summary>A heap may have three quarters of the container's memory; what isn't managed has the rest.</summary>
    private const decimal HeapShare = 0.75m;

    /// <summary>Requests in flight may have a third of what the process may use (RequestMemory of the router): a quarter of the limit.</summary>
    private const decimal RequestShare = 0.25m;

    /// <summary>So that small changes of a cache's size don't restart routers.</summary>
    private const long Step = 32 * Mebibyte;

    /// <summary>It asks for what it has on usual days, and may have what it needs when requests are many and large.</summary>
    /// <param name="cacheBytes">Sizes of the caches of all live revisions: those of one size share one.</param>
    /// <param name="maxBodyBytes">Of a request.</param>
    public static ResourcesSnapshot Router(IEnumerable<long> cacheBytes, long maxBodyBytes)
    {
        var caches = cacheBytes.Distinct().Sum();
        var largest = RoutingLimits.MemoryOfBodyByte * maxBodyBytes;
        decimal[] needs =
        [
            UnmanagedBytes / (1 - HeapShare),
            (ManagedBytes + caches) / (HeapShare - RequestShare),
            (ManagedBytes + caches + largest) / HeapShare,
        ];
        return new(Of((Cpu, RouterCpu), (Memory, Mebibytes(UsualBytes + caches))), Of((Memory, Mebibytes(needs.Max()))));
    }

    /// <summary>None of CPU beside a GPU: an autoscaler would go by it, and CPU isn't what such a host is short of.</summary>
    public static ResourcesSnapshot Host(bool hasGpu) => new(hasGpu ? Of((Memory, HostMemory)) : Of((Cpu, HostCpu), (Memory, HostMemory)), null);

    public static bool Names(ResourcesSnapshot? own, string resource) => Has(own?.Requests, resource) || Has(own?.Limits, resource);

    /// <summary>The user's own, and the defaults of those resources of which the user says nothing, neither as request nor as limit.</summary>
    public static ResourcesSnapshot Fill(ResourcesSnapshot? own, ResourcesSnapshot defaults)
    {
        return new(With(own?.Requests, defaults.Requests), With(own?.Limits, defaults.Limits));

        SortedDictionary<string, string>? With(SortedDictionary<string, string>? mine, SortedDictionary<string, string>? others)
        {
            var all = (mine ?? []).Concat((others ?? []).Where(d => !Names(own, d.Key))).ToDictionary();
            return all.Count > 0 ? new(all, StringComparer.Ordinal) : null;
        }
    }

    private static bool Has(SortedDictionary<string, string>? quantities, string resource) => quantities?.ContainsKey(resource) ?? false;

    private static string Mebibytes(decimal bytes) =>
        $"{((long)Math.Ceiling(bytes / Step) * Step / Mebibyte).ToString(CultureInfo.InvariantCulture)}Mi";

    private static SortedDictionary<string, string> Of(params IEnumerable<(string Name, string Quantity)> quantities) =>
        new(quantities.ToDictionary(q => q.Name, q => q.Quantity), StringComparer.Ordinal);
}
