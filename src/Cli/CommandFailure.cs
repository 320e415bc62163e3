namespace Rerank.Cli;

/// <summary>A command can't do what it was asked to. The message says why, and what to do.</summary>
internal sealed class CommandFailure(string message, Exception? inner = null) : Exception(message, inner);
