using System.Buffers.Binary;
using Rerank.Router.Tiers.Cache;

namespace Rerank.Router.Tests.Tiers.Cache;

public sealed class SipHashTests
{
    /// <summary>Of bytes 0, 1, 2, ... under the key 00 to 0f, by another implementation, whose results with 2 and 4 rounds are the published ones.</summary>
    [Theory]
    [InlineData(0, "E77EBCB22788A5BEFD62DB6ADD303001")]
    [InlineData(1, "FC6F370460D3EDA85E0573CC2B2FF063")]
    [InlineData(8, "AA12FEE1D5E3DAB4724F16AB35F9C799")]
    [InlineData(63, "4C5800E34EFE426F079F6B0AA75260AD")]
    public void Hash_OfKnownInput_IsTheKnown(int length, string expected)
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
