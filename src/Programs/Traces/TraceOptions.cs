namespace Rerank.Programs.Traces;

/// <summary>Where traces go.</summary>
/// <param name="Program">Name of the service in them, unless <c>OTEL_SERVICE_NAME</c> says another.</param>
/// <param name="Source">Name of the source of the program's spans.</param>
/// <param name="Endpoint">Of an OTLP collector; null: what the variables of OpenTelemetry say, and without them there are no traces.</param>
public sealed record TraceOptions(string Program, string Source, string? Endpoint = null);
