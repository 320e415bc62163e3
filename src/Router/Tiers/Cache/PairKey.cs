using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Rerank.Router.Tiers.Cache;

/// <summary>
/// Stands for one query and passage before one model, in this process only. Every field is hashed by itself, so that no two pairs have the same input; each text once, however many
/// models are asked about it.
/// </summary>
internal readonly record struct PairKey(ulong High, ulong Low)
{
    private const int HashBytes = 16;

    private static readonly SipHash Hash = SipHash.OfProcess;

    /// <summary>Stands for what all pairs of a request share before one model.</summary>
    /// <param name="scores">Which scores: a name of <see cref="ScoreOrigins"/>.</param>
    public static UInt128 OfQuestion(string scores, PairLimits limits, string query)
    {
        Span<byte> fields = stackalloc byte[(2 * HashBytes) + (3 * sizeof(int))];
        BinaryPrimitives.WriteUInt128LittleEndian(fields, OfText(scores));
        BinaryPrimitives.WriteUInt128LittleEndian(fields[HashBytes..], OfText(query));
        var numbers = fields[(2 * HashBytes)..];
        BinaryPrimitives.WriteInt32LittleEndian(numbers, limits.TokensPerPassage ?? 0);
        BinaryPrimitives.WriteInt32LittleEndian(numbers[sizeof(int)..], limits.TokensPerQuery ?? 0);
        BinaryPrimitives.WriteInt32LittleEndian(numbers[(2 * sizeof(int))..], limits.ChunksPerPassage ?? 0);
        return Hash.Hash(fields);
    }

    /// <summary>Stands for a text.</summary>
    /// <param name="text">UTF-8.</param>
    public static UInt128 OfText(ReadOnlySpan<byte> text) => Hash.Hash(text);

    /// <summary>Both are random to whoever doesn't know the process's key, and a question never is hashed as a text is, so that their sum is as good as a hash of both.</summary>
    public static PairKey Of(UInt128 question, UInt128 passage)
    {
        var sum = question ^ passage;
        return new PairKey((ulong)(sum >> 64), (ulong)sum);
    }

    private static UInt128 OfText(string text)
    {
        var rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        var hash = Hash.Hash(rented.AsSpan(0, Encoding.UTF8.GetBytes(text, rented)));
        ArrayPool<byte>.Shared.Return(rented);
        return hash;
    }
}
