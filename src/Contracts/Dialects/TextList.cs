using System.Text.Unicode;

namespace Rerank.Contracts.Dialects;

/// <summary>
/// The texts of a field as they stand in the body. What text an object has can depend on a field that comes later, so objects are only marked here.
/// </summary>
/// <param name="name">Of the field.</param>
internal sealed class TextList(string name)
{
    private List<(int Index, int Start, int Length)>? _objects;

    public string Name => name;

    /// <summary>Empty where an object is.</summary>
    public List<string> Texts { get; } = [];

    /// <summary>Whether it isn't a list in the body, but its only text.</summary>
    public bool IsSingle { get; init; }

    public bool HasObjects => _objects is not null;

    /// <summary>Of an entry, for errors.</summary>
    public string NameOf(int index) => IsSingle ? name : $"{name}[{index}]";

    public void Add(string text) => Texts.Add(text);

    /// <param name="start">Of the object, in bytes from the start of the JSON.</param>
    public void AddObject(int start, int length)
    {
        (_objects ??= []).Add((Texts.Count, start, length));
        Texts.Add("");
    }

    /// <summary>Puts the objects' texts into their places.</summary>
    /// <exception cref="RequestException">An object has no text.</exception>
    public IReadOnlyList<string> Resolve(ReadOnlySpan<byte> json, IReadOnlyList<string>? rankFields)
    {
        if (_objects is null)
            return Texts;
        var fields = rankFields is { Count: > 0 } ? new RankFields(rankFields) : null;
        foreach (var (index, start, length) in _objects)
        {
            try
            {
                Texts[index] = DocumentText.Of(json.Slice(start, length), NameOf(index), fields);
            }
            catch (InvalidOperationException e)
            {
                throw new RequestException(RequestReader.NotUnicode(NameOf(index)), e);
            }
        }

        return Texts;
    }

    /// <summary>The objects as they were sent, by place; empty where a string was. The JSON's memory may go afterwards.</summary>
    /// <exception cref="RequestException">One isn't valid UTF-8, so that it can't be part of an answer.</exception>
    public ReadOnlyMemory<byte>[] CopyObjects(ReadOnlySpan<byte> json)
    {
        var copies = new ReadOnlyMemory<byte>[Texts.Count];
        foreach (var (index, start, length) in _objects ?? [])
        {
            var copied = json.Slice(start, length);
            if (!Utf8.IsValid(copied))
                throw new RequestException(RequestReader.NotUnicode(NameOf(index)));
            copies[index] = copied.ToArray();
        }

        return copies;
    }
}
