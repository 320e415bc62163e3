namespace Rerank.Operator.Admin;

/// <summary>A process of a pod. Addresses are used again by other pods, so they don't name one.</summary>
/// <param name="Pod">Its pod's UID.</param>
/// <param name="Address">Of its admin port.</param>
internal sealed record ProcessKey(string Pod, Uri Address);
