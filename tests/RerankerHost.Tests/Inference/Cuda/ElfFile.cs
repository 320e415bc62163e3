using System.Buffers.Binary;
using System.Text;

namespace Rerank.RerankerHost.Tests.Inference.Cuda;

/// <summary>As much of a 64-bit shared library as says what it needs and which GPUs it has code for.</summary>
internal sealed class ElfFile(string path)
{
    private const int SectionHeaderBytes = 64;
    private const long Needed = 1;
    private const int FatBinaryHeaderBytes = 16;
    private const uint FatBinary = 0xba55ed50;
    private const int MachineCode = 2;

    private readonly byte[] _bytes = File.ReadAllBytes(path);

    /// <summary>DT_NEEDED: what the loader must find before it.</summary>
    public IEnumerable<string> NeededLibraries()
    {
        var names = Section(".dynstr");
        var entries = Section(".dynamic");
        for (var entry = 0; entry < entries.Length; entry += 16)
        {
            if (BinaryPrimitives.ReadInt64LittleEndian(entries.Span[entry..]) == Needed)
                yield return Text(names.Span, (int)BinaryPrimitives.ReadInt64LittleEndian(entries.Span[(entry + 8)..]));
        }
    }

    /// <summary>What there is for GPUs, as kind of code (1 is source for the driver's compiler, 2 machine code) and compute capability without its dot.</summary>
    public IReadOnlySet<(int Kind, int Capability)> DeviceCode()
    {
        var code = new HashSet<(int Kind, int Capability)>();
        var section = Section(".nv_fatbin").Span;
        for (var start = 0; start < section.Length; start = NextBinary(section, start))
        {
            var length = (int)BinaryPrimitives.ReadInt64LittleEndian(section[(start + 8)..]);
            var entries = section.Slice(start + FatBinaryHeaderBytes, length);
            while (!entries.IsEmpty)
            {
                code.Add((BinaryPrimitives.ReadUInt16LittleEndian(entries), BinaryPrimitives.ReadInt32LittleEndian(entries[28..])));
                entries = entries[(BinaryPrimitives.ReadInt32LittleEndian(entries[4..]) + (int)BinaryPrimitives.ReadInt64LittleEndian(entries[8..]))..];
            }

            start += FatBinaryHeaderBytes + length;
        }

        return code;
    }

    public static (int Kind, int Capability) MachineCodeFor((int Major, int Minor) capability) => (MachineCode, (capability.Major * 10) + capability.Minor);

    // Aligned, with zeros between.
    private static int NextBinary(ReadOnlySpan<byte> section, int start)
    {
        while (start < section.Length && BinaryPrimitives.ReadUInt32LittleEndian(section[start..]) != FatBinary)
            start += 8;
        return start;
    }

    private ReadOnlyMemory<byte> Section(string name)
    {
        var table = (int)BinaryPrimitives.ReadInt64LittleEndian(_bytes.AsSpan(40));
        var count = BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(60));
        var names = Contents(table, BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(62)));
        for (var i = 0; i < count; i++)
        {
            if (Text(names.Span, BinaryPrimitives.ReadInt32LittleEndian(Header(table, i))) == name)
                return Contents(table, i);
        }

        throw new InvalidOperationException($"{path} has no section {name}");
    }

    private ReadOnlySpan<byte> Header(int table, int section) => _bytes.AsSpan(table + (section * SectionHeaderBytes), SectionHeaderBytes);

    private ReadOnlyMemory<byte> Contents(int table, int section)
    {
        var header = Header(table, section);
        return _bytes.AsMemory((int)BinaryPrimitives.ReadInt64LittleEndian(header[24..]), (int)BinaryPrimitives.ReadInt64LittleEndian(header[32..]));
    }

    private static string Text(ReadOnlySpan<byte> names, int start) => Encoding.ASCII.GetString(names[start..][..names[start..].IndexOf((byte)0)]);
}
