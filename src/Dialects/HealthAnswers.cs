using System.Buffers;

namespace Rerank.Dialects;

/// <summary>How clients of other servers ask whether this one is well, besides <c>/health/live</c> and <c>/health/ready</c>.</summary>
public static class HealthAnswers
{
    /// <summary>Readiness, as text-embeddings-inference, vLLM and Infinity are asked for it.</summary>
    public static IReadOnlyList<string> Paths { get; } = ["/health", "/ping"];

    /// <summary>NIM's liveness.</summary>
    public const string NimLivePath = "/v1/health/live";

    /// <summary>NIM's readiness.</summary>
    public const string NimReadyPath = "/v1/health/ready";

    /// <param name="obstacle">Why it isn't ready; null: it is. Only Infinity has anything in the answer of a server that is well.</param>
    public static void Write(IBufferWriter<byte> output, string? obstacle, DateTimeOffset now)
    {
        if (obstacle is not null)
        {
            RerankDialects.Tei.WriteError(output, new RequestError(RequestErrorKind.Unavailable, obstacle));
            return;
        }

        using var writer = JsonDialect.CreateWriter(output);
        writer.WriteStartObject();
        writer.WriteNumber("unix"u8, now.ToUnixTimeSeconds());
        writer.WriteEndObject();
    }

    public static void WriteNimLive(IBufferWriter<byte> output) => WriteNim(output, "Service is live.", "live");

    /// <param name="obstacle">Why it isn't ready; null: it is.</param>
    public static void WriteNimReady(IBufferWriter<byte> output, string? obstacle) =>
        WriteNim(output, obstacle ?? "Service is ready.", obstacle is null ? "ready" : "not ready");

    private static void WriteNim(IBufferWriter<byte> output, string message, string status)
    {
        using var writer = JsonDialect.CreateWriter(output);
        writer.WriteStartObject();
        writer.WriteString("object"u8, "health.response"u8);
        writer.WriteString("message"u8, message);
        writer.WriteString("status"u8, status);
        writer.WriteEndObject();
    }
}
