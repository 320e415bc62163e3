using System.Text.Json;
using Rerank.Contracts;
using Rerank.Contracts.Models;

namespace Rerank.RerankerHost.Models;

/// <summary>A model set as JSON, from a file or a push.</summary>
internal static class ModelSetDocument
{
    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    /// <exception cref="InvalidModelSetException">It isn't one, or breaks a rule. The message names the field, and never a secret.</exception>
    public static ModelSet Read(ReadOnlySpan<byte> json)
    {
        if (json.StartsWith(ByteOrderMark))
            json = json[ByteOrderMark.Length..];
        ModelSet? set;
        try
        {
            set = JsonSerializer.Deserialize(json, ContractsJson.Default.ModelSet);
        }
        catch (JsonException e)
        {
            throw new InvalidModelSetException(e.Message, e);
        }

        var problem = set is null ? "the document is null" : ModelSetRules.FirstProblem(set);
        return problem is null ? set! : throw new InvalidModelSetException(problem);
    }

    /// <summary>Whether two sets ask for the same. Secrets don't count: they travel apart from the document.</summary>
    public static bool SameContent(ModelSet a, ModelSet b) => Write(a).AsSpan().SequenceEqual(Write(b));

    private static byte[] Write(ModelSet set) =>
        JsonSerializer.SerializeToUtf8Bytes(set with { Credentials = null }, ContractsJson.Default.ModelSet);
}

internal sealed class InvalidModelSetException(string message, Exception? inner = null) : Exception(message, inner);
