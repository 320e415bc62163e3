namespace Rerank.RerankerHost.Inference.Graphs;

/// <summary>
/// Goes over the fields of a protobuf message in a file. A protobuf library would make objects of all of them; here a model's weights are jumped over.
/// </summary>
internal sealed class ProtobufFile(string path) : IDisposable
{
    private readonly FileStream _file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 16 * 1024);

    public long Length => _file.Length;

    /// <summary>Reads the tag of the field at the position, which is then where the field's content begins.</summary>
    /// <param name="end">Of the message that the position is in.</param>
    /// <returns>Null: the position is the end.</returns>
    /// <exception cref="InvalidDataException">This is no protobuf message.</exception>
    public ProtobufField? Next(long end)
    {
        var start = _file.Position;
        if (start == end)
            return null;
        var tag = ReadNumber();
        ulong length = (tag & 7) switch
        {
            0 => SkipNumber(),
            1 => 8,
            2 => ReadNumber(),
            5 => 4,
            var type => throw new InvalidDataException($"unknown wire type {type}"),
        };
        if (_file.Position > end || length > (ulong)(end - _file.Position))
            throw new InvalidDataException("a field is longer than its message");
        return new ProtobufField(tag >> 3, (tag & 7) == 2, start, _file.Position, (long)length);
    }

    public void Skip(ProtobufField field) => _file.Position = field.End;

    public void Read(ProtobufField field, Span<byte> content)
    {
        _file.Position = field.Content;
        _file.ReadExactly(content);
    }

    /// <summary>Copies the field, its tag included.</summary>
    public void Copy(ProtobufField field, Stream to)
    {
        Span<byte> buffer = stackalloc byte[4096];
        _file.Position = field.Start;
        while (_file.Position < field.End)
        {
            var part = buffer[..(int)Math.Min(buffer.Length, field.End - _file.Position)];
            _file.ReadExactly(part);
            to.Write(part);
        }
    }

    public void Dispose() => _file.Dispose();

    private ulong SkipNumber()
    {
        ReadNumber();
        return 0;
    }

    private ulong ReadNumber()
    {
        var number = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = _file.ReadByte();
            if (next < 0)
                throw new InvalidDataException("the file ends within a field");
            number |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return number;
        }

        throw new InvalidDataException("a number is too long");
    }
}

/// <summary>A field of a message in a file.</summary>
/// <param name="IsBytes">Whether the content is text, bytes or a message, not a number.</param>
/// <param name="Start">Where its tag is.</param>
/// <param name="Content">Where its content is; of a number with variable length, where it ends.</param>
/// <param name="Length">Of the content; 0 for a number with variable length.</param>
internal readonly record struct ProtobufField(ulong Number, bool IsBytes, long Start, long Content, long Length)
{
    public long End => Content + Length;
}
