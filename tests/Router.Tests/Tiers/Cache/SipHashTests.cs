using System.Buffers.Binary;
using Rerank.Router.Tiers.Cache;

namespace Rerank.Router.Tests.Tiers.Cache;

public sealed class SipHashTests
{
    /// <summary>The first of the reference implementation's vectors: bytes 0, 1, 2, ... under the key 00 to 0f.</summary>
    [Theory]
    [InlineData(0, "A3817F04BA25A8E66DF67214C7550293")]
    [InlineData(1, "DA87C1D86B99AF44347659119B22FC45")]
    [InlineData(8, "3B62A9BA6258F5610F83E264F31497B4")]
    [InlineData(63, "5150D1772F50834A503E069A973FBD7C")]
    public void Hash_OfTheReferencesInput_IsTheReferences(int length, string expected)
    {
        byte[] bytes = [.. Enumerable.Range(0, 64).Select(i => (byte)i)];
        var hash = SipHash.Create(bytes.AsSpan(0, 16)).Hash(bytes.AsSpan(0, length));

        Span<byte> written = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(written, (ulong)(hash >> 64));
        BinaryPrimitives.WriteUInt64LittleEndian(written[8..], (ulong)hash);
        Assert.Equal(expected, Convert.ToHexString(written));
    }

    [Fact]
    public void Hash_WithAnotherKey_IsAnother() =>
        Assert.NotEqual(SipHash.Create(new byte[16]).Hash("text"u8), SipHash.OfProcess.Hash("text"u8));
}
