using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Rerank.Router.Tiers.Cache;

/// <summary>
/// SipHash-1-3 with a result of 128 bits (Aumasson and Bernstein 2012; with as many rounds as the hash tables of Rust and Python have): a pseudorandom function. Whoever doesn't know the key can't make two texts meet, so that a caller can't have
/// another text's score put in place of its own; and it hashes a passage in a fifth of the time of a call of SHA-256, most of which is the call (docs/benchmarks.md).
/// </summary>
internal readonly struct SipHash(ulong key0, ulong key1)
{
    private const int Compressions = 1;
    private const int Finalizations = 3;

    /// <summary>With a key that nobody knows, which ends with the process: nothing that it hashes may be kept for longer.</summary>
    public static SipHash OfProcess { get; } = Create(RandomNumberGenerator.GetBytes(2 * sizeof(ulong)));

    public static SipHash Create(ReadOnlySpan<byte> key) =>
        new(BinaryPrimitives.ReadUInt64LittleEndian(key), BinaryPrimitives.ReadUInt64LittleEndian(key[sizeof(ulong)..]));

    public UInt128 Hash(ReadOnlySpan<byte> data)
    {
        var v0 = key0 ^ 0x736f6d6570736575;
        var v1 = key1 ^ 0x646f72616e646f6d ^ 0xee;
        var v2 = key0 ^ 0x6c7967656e657261;
        var v3 = key1 ^ 0x7465646279746573;
        var rest = data;
        for (; rest.Length >= sizeof(ulong); rest = rest[sizeof(ulong)..])
            Compress(BinaryPrimitives.ReadUInt64LittleEndian(rest), ref v0, ref v1, ref v2, ref v3);

        Span<byte> last = stackalloc byte[sizeof(ulong)];
        last.Clear();
        rest.CopyTo(last);
        last[^1] = (byte)data.Length;
        Compress(BinaryPrimitives.ReadUInt64LittleEndian(last), ref v0, ref v1, ref v2, ref v3);

        v2 ^= 0xee;
        Rounds(Finalizations, ref v0, ref v1, ref v2, ref v3);
        var first = v0 ^ v1 ^ v2 ^ v3;
        v1 ^= 0xdd;
        Rounds(Finalizations, ref v0, ref v1, ref v2, ref v3);
        return new UInt128(first, v0 ^ v1 ^ v2 ^ v3);
    }

    private static void Compress(ulong word, ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v3 ^= word;
        Rounds(Compressions, ref v0, ref v1, ref v2, ref v3);
        v0 ^= word;
    }

    private static void Rounds(int count, ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        for (var i = 0; i < count; i++)
        {
            v0 += v1;
            v2 += v3;
            v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
            v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
            v0 = BitOperations.RotateLeft(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
            v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
            v2 = BitOperations.RotateLeft(v2, 32);
        }
    }
}
