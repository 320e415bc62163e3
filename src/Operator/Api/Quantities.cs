using k8s.Models;

namespace Rerank.Operator.Api;

internal static class Quantities
{
    /// <summary>Whole bytes; what no number of bytes can say is the most or the least.</summary>
    public static long Bytes(ResourceQuantity quantity) => (long)decimal.Clamp(quantity, 0, long.MaxValue);
}
