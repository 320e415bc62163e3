using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Rerank.Dialects;

/// <summary>
/// The texts of a field as they stand in the body. What text an object has can depend on a field that comes later, so objects are only marked here.
/// </summary>
/// <param name="json">The whole body, whose parts texts are.</param>
/// <param name="name">Of the field.</param>
internal sealed class TextList(ReadOnlyMemory<byte> json, string name)
{
    private const int FirstCapacity = 16;

    private List<(int Index, int Start, int Length)>? _objects;
    private ReadOnlyMemory<byte>[] _texts = [];

    public string Name => name;

    public int Count { get; private set; }

    /// <summary>Whether it isn't a list in the body, but its only text.</summary>
    public bool IsSingle { get; init; }

    public bool HasObjects => _objects is not null;

    /// <summary>Of an entry, for errors.</summary>
    public string NameOf(int index) => IsSingle ? name : $"{name}[{index}]";

    /// <summary>Adds the string that the reader is at.</summary>
    /// <exception cref="RequestException">It isn't valid UTF-8; says which entry it is.</exception>
    public void Add(ref readonly Utf8JsonReader reader)
    {
        ReadOnlyMemory<byte> text;
        if (reader.ValueIsEscaped)
        {
            var unescaped = new byte[reader.ValueSpan.Length];
            try
            {
                text = unescaped.AsMemory(0, reader.CopyString(unescaped));
            }
            catch (InvalidOperationException e)
            {
                throw new RequestException(RequestReader.NotUnicode(NameOf(Count)), e);
            }
        }
        else
        {
            text = json.Slice((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
        }

        Add(Utf8.IsValid(text.Span) ? text : throw new RequestException(RequestReader.NotUnicode(NameOf(Count))));
    }

    /// <param name="start">Of the object, in bytes from the start of the JSON.</param>
    public void AddObject(int start, int length)
    {
        (_objects ??= []).Add((Count, start, length));
        Add(ReadOnlyMemory<byte>.Empty);
    }

    /// <summary>Puts the objects' texts into their places.</summary>
    /// <exception cref="RequestException">An object has no text.</exception>
    public Utf8Texts Resolve(IReadOnlyList<string>? rankFields)
    {
        var fields = rankFields is { Count: > 0 } ? new RankFields(rankFields) : null;
        foreach (var (index, start, length) in _objects ?? [])
        {
            try
            {
                _texts[index] = Encoding.UTF8.GetBytes(DocumentText.Of(json.Span.Slice(start, length), NameOf(index), fields));
            }
            catch (InvalidOperationException e)
            {
                throw new RequestException(RequestReader.NotUnicode(NameOf(index)), e);
            }
        }

        return new Utf8Texts(_texts, Count);
    }

    /// <summary>The objects as they were sent, by place; empty where a string was.</summary>
    /// <exception cref="RequestException">One isn't valid UTF-8, so that it can't be part of an answer.</exception>
    public ReadOnlyMemory<byte>[] Objects()
    {
        var all = new ReadOnlyMemory<byte>[Count];
        foreach (var (index, start, length) in _objects ?? [])
        {
            var its = json.Slice(start, length);
            if (!Utf8.IsValid(its.Span))
                throw new RequestException(RequestReader.NotUnicode(NameOf(index)));
            all[index] = its;
        }

        return all;
    }

    private void Add(ReadOnlyMemory<byte> text)
    {
        if (Count == _texts.Length)
            Array.Resize(ref _texts, Math.Max(FirstCapacity, 2 * Count));
        _texts[Count++] = text;
    }
}
