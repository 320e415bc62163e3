using System.Text.Json.Serialization;

namespace Rerank.RerankerHost.Commands;

/// <summary>A line of input.</summary>
internal sealed record TextPair(string? Query, string? Passage);

/// <summary>A line of <c>tokenize</c>.</summary>
internal sealed record TokenizedText(long[] Ids, long[] Types);

/// <summary>A line of <c>score</c>.</summary>
internal sealed record ScoredPair(float Logit);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(TextPair))]
[JsonSerializable(typeof(TokenizedText))]
[JsonSerializable(typeof(ScoredPair))]
internal sealed partial class CommandsJson : JsonSerializerContext;
