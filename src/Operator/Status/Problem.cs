namespace Rerank.Operator.Status;

/// <summary>Why something isn't as it should be: a reason and a message of a condition.</summary>
internal sealed record Problem(string Reason, string Message);
