namespace Rerank.RerankerHost.Scheduling;

/// <summary>The process is about to end, and the request isn't done.</summary>
internal sealed class QueueClosedException() : Exception("the server is stopping; try again");
