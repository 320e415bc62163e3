namespace Rerank.Programs.Logs;

/// <summary>How messages are written to standard output.</summary>
public enum LogFormat
{
    /// <summary>A line for people.</summary>
    Text,

    /// <summary>A line of JSON, with the values of the message as fields, and the ids of the trace that it belongs to.</summary>
    Json,
}
