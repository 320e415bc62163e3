using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Rerank.Router.Trials;

/// <summary>Which keys a candidate answers.</summary>
internal static class AssignmentRule
{
    public const int Buckets = 1000;

    /// <summary>
    /// The key's place in [0, 1000): the candidate has it from the weight above that on, whatever router is asked. First 64 bits of the SHA-256 of
    /// <c>revision LF key</c> in UTF-8, scaled; the revision is the salt, so that it isn't always the same callers who try things out.
    /// </summary>
    public static int BucketOf(string key, string revision) => HashOf(key, revision).Place;

    /// <summary>The place as above, and the next 64 bits, which stand for the key wherever its own requests are counted.</summary>
    public static (int Place, ulong Key) HashOf(string key, string revision)
    {
        var maximum = Encoding.UTF8.GetMaxByteCount(revision.Length + 1 + key.Length);
        var input = maximum <= 512 ? stackalloc byte[512] : new byte[maximum];
        var written = Encoding.UTF8.GetBytes(revision, input);
        input[written++] = (byte)'\n';
        written += Encoding.UTF8.GetBytes(key, input[written..]);

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input[..written], digest);
        var place = (int)Math.BigMul(BinaryPrimitives.ReadUInt64BigEndian(digest), Buckets, out _);
        return (place, BinaryPrimitives.ReadUInt64BigEndian(digest[sizeof(ulong)..]));
    }
}
