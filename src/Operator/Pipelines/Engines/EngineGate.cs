using Rerank.Operator.Runtime;

namespace Rerank.Operator.Pipelines.Engines;

/// <summary>Which pipelines may change their engine now. Pure.</summary>
internal static class EngineGate
{
    /// <summary>Those that have begun go on; of the others as many begin as there is room for, in the order of their names.</summary>
    /// <param name="moving">Pipelines whose engine changes already.</param>
    /// <param name="waiting">Pipelines that would like to.</param>
    public static IReadOnlySet<ObjectKey> Admitted(IReadOnlySet<ObjectKey> moving, IEnumerable<ObjectKey> waiting, int most) => waiting
        .Where(w => !moving.Contains(w))
        .Distinct()
        .OrderBy(w => w.Namespace, StringComparer.Ordinal)
        .ThenBy(w => w.Name, StringComparer.Ordinal)
        .Take(Math.Max(0, most - moving.Count))
        .Concat(moving)
        .ToHashSet();
}
