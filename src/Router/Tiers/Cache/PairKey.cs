using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Rerank.Router.Tiers.Cache;

/// <summary>
/// Stands for one query and passage before one model: 128 bits of a SHA-256 to find it and 64 more as a check. Every field is hashed with its
/// length, so that no two pairs have the same input.
/// </summary>
internal readonly record struct PairKey(ulong High, ulong Low, ulong Check)
{
    public const int DigestBytes = SHA256.HashSizeInBytes;

    private const string Version = "rk1";

    /// <summary>Digest of what all pairs of a request share before one model.</summary>
    /// <param name="scores">Which scores: a name of <see cref="ScoreOrigins"/>.</param>
    public static void HashQuestion(string scores, PairLimits limits, string query, Span<byte> digest)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> field = stackalloc byte[DigestBytes];
        foreach (var text in (ReadOnlySpan<string>)[Version, scores, query])
        {
            HashText(text, field);
            hash.AppendData(field);
        }

        BinaryPrimitives.WriteInt32LittleEndian(field, limits.TokensPerPassage ?? 0);
        BinaryPrimitives.WriteInt32LittleEndian(field[sizeof(int)..], limits.TokensPerQuery ?? 0);
        BinaryPrimitives.WriteInt32LittleEndian(field[(2 * sizeof(int))..], limits.ChunksPerPassage ?? 0);
        hash.AppendData(field[..(3 * sizeof(int))]);
        hash.GetHashAndReset(digest);
    }

    /// <summary>Digest of a text and its length.</summary>
    public static void HashText(string text, Span<byte> digest)
    {
        var rented = ArrayPool<byte>.Shared.Rent(sizeof(int) + Encoding.UTF8.GetMaxByteCount(text.Length));
        var written = Encoding.UTF8.GetBytes(text, rented.AsSpan(sizeof(int)));
        BinaryPrimitives.WriteInt32LittleEndian(rented, written);
        SHA256.HashData(rented.AsSpan(0, sizeof(int) + written), digest);
        ArrayPool<byte>.Shared.Return(rented);
    }

    public static PairKey Of(ReadOnlySpan<byte> question, ReadOnlySpan<byte> passage)
    {
        Span<byte> both = stackalloc byte[2 * DigestBytes];
        question.CopyTo(both);
        passage.CopyTo(both[DigestBytes..]);
        Span<byte> digest = stackalloc byte[DigestBytes];
        SHA256.HashData(both, digest);
        return new PairKey(
            BinaryPrimitives.ReadUInt64LittleEndian(digest),
            BinaryPrimitives.ReadUInt64LittleEndian(digest[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(digest[16..]));
    }
}
