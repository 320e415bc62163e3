namespace Rerank.Evaluation;

/// <summary>A file of judgements, a run or slices can't be read. The message names file and line, and what is expected there.</summary>
public sealed class TrecFormatException(string message, Exception? inner = null) : Exception(message, inner);
