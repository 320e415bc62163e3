namespace Rerank.Operator.Revisions;

/// <summary>A stored revision says nothing that this operator understands: somebody changed it, or a later operator wrote it.</summary>
internal sealed class UnreadableRevisionException(string message, Exception? inner = null) : Exception(message, inner);
