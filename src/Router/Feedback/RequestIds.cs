using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Rerank.Router.Feedback;

/// <summary>
/// Ids of requests whose callers chose none: UUIDs of version 8 (RFC 9562), with the time as in version 7, chance, and in their last four bytes a number of the router that gave them out. So
/// feedback finds the router that remembers the answer, among however many. The number is new at every start, as a router that starts remembers nothing.
/// </summary>
internal sealed class RequestIds(TimeProvider time)
{
    private const int Version = 8;
    private const int VersionByte = 6;
    private const int RouterStart = 12;
    private const int Length = 16;

    /// <summary>Of this router, in this run.</summary>
    public uint Router { get; } = BinaryPrimitives.ReadUInt32BigEndian(RandomNumberGenerator.GetBytes(sizeof(uint)));

    public Guid Next()
    {
        Span<byte> bytes = stackalloc byte[Length];
        Guid.CreateVersion7(time.GetUtcNow()).TryWriteBytes(bytes, bigEndian: true, out _);
        bytes[VersionByte] = (byte)((bytes[VersionByte] & 0x0F) | (Version << 4));
        BinaryPrimitives.WriteUInt32BigEndian(bytes[RouterStart..], Router);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>Which router gave an id out; null: none did, a caller chose it.</summary>
    public static uint? RouterOf(Guid id)
    {
        if (id.Version != Version)
            return null;
        Span<byte> bytes = stackalloc byte[Length];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes[RouterStart..]);
    }
}
