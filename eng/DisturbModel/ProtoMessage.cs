using System.Text;

namespace Rerank.DisturbModel;

/// <summary>
/// A protobuf message as its fields, in their order. Its schema isn't known: what isn't changed is written as it was read, and messages inside stay
/// bytes until somebody reads them.
/// </summary>
internal sealed class ProtoMessage(IEnumerable<ProtoField> fields)
{
    private const int Number = 0, EightBytes = 1, Bytes = 2, FourBytes = 5;

    public ProtoMessage()
        : this([])
    {
    }

    public List<ProtoField> Fields { get; } = [.. fields];

    /// <exception cref="InvalidDataException">It is no protobuf message.</exception>
    public static ProtoMessage Read(ReadOnlyMemory<byte> bytes)
    {
        var fields = new List<ProtoField>();
        for (var position = 0; position < bytes.Length;)
        {
            var tag = ReadNumber(bytes.Span, ref position);
            var (number, type) = ((int)(tag >> 3), (int)(tag & 7));
            var value = type == Number ? ReadNumber(bytes.Span, ref position) : 0;
            var length = type switch
            {
                Number => 0UL,
                EightBytes => 8UL,
                FourBytes => 4UL,
                Bytes => ReadNumber(bytes.Span, ref position),
                _ => throw new InvalidDataException($"unknown wire type {type}"),
            };
            if (length > (ulong)(bytes.Length - position))
                throw new InvalidDataException("a field is longer than its message");
            fields.Add(new(number, type, value, bytes.Slice(position, (int)length)));
            position += (int)length;
        }

        return new(fields);
    }

    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        foreach (var field in Fields)
        {
            WriteNumber(bytes, ((ulong)field.Number << 3) | (uint)field.Type);
            if (field.Type == Number)
                WriteNumber(bytes, field.Value);
            if (field.Type == Bytes)
                WriteNumber(bytes, (ulong)field.Content.Length);
            bytes.Write(field.Content.Span);
        }

        return bytes.ToArray();
    }

    public IEnumerable<ReadOnlyMemory<byte>> All(int number) => Fields.Where(field => field.Number == number).Select(field => field.Content);

    public IEnumerable<string> Texts(int number) => All(number).Select(text => Encoding.UTF8.GetString(text.Span));

    public string Text(int number) => Texts(number).FirstOrDefault("");

    public ulong Value(int number) => Fields.FirstOrDefault(field => field.Number == number).Value;

    public ProtoMessage With(int number, ulong value) => With(new ProtoField(number, Number, value, default));

    public ProtoMessage With(int number, string text) => With(number, Encoding.UTF8.GetBytes(text));

    public ProtoMessage With(int number, ReadOnlyMemory<byte> content) => With(new ProtoField(number, Bytes, 0, content));

    public ProtoMessage With(int number, ProtoMessage message) => With(number, message.ToBytes());

    private ProtoMessage With(ProtoField field) => new(Fields.Append(field));

    private static ulong ReadNumber(ReadOnlySpan<byte> bytes, ref int position)
    {
        var number = 0UL;
        for (var shift = 0; shift < 64 && position < bytes.Length; shift += 7)
        {
            var next = bytes[position++];
            number |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return number;
        }

        throw new InvalidDataException("a number doesn't end");
    }

    private static void WriteNumber(MemoryStream bytes, ulong number)
    {
        for (; number > 0x7F; number >>= 7)
            bytes.WriteByte((byte)(number | 0x80));
        bytes.WriteByte((byte)number);
    }
}
