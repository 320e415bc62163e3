using System.Buffers;
using System.Text.Json;

namespace Rerank.Dialects;

/// <summary>
/// The fields by which objects are ranked, found by their names at the same cost however many there are: a hundred of them and objects with many members would take seconds
/// if each member were compared with each.
/// </summary>
internal sealed class RankFields
{
    // A character takes at most so many bytes: as an escape.
    private const int BytesPerCharacter = 6;

    private readonly Dictionary<string, int> _places;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly int _longest;

    /// <param name="names">At least one. Of equal ones the first counts.</param>
    public RankFields(IReadOnlyList<string> names)
    {
        Names = names;
        _places = new Dictionary<string, int>(names.Count, StringComparer.Ordinal);
        for (var place = 0; place < names.Count; place++)
            _places.TryAdd(names[place], place);
        _lookup = _places.GetAlternateLookup<ReadOnlySpan<char>>();
        _longest = BytesPerCharacter * names.Max(name => name.Length);
    }

    public IReadOnlyList<string> Names { get; }

    /// <summary>Place of the field that a property name is; -1: none.</summary>
    public int PlaceOf(ref readonly Utf8JsonReader reader)
    {
        const int MostOnStack = 512;

        var bytes = reader.ValueSpan.Length;
        if (bytes > _longest)
            return -1;

        // No more characters than bytes.
        var rented = bytes > MostOnStack ? ArrayPool<char>.Shared.Rent(bytes) : null;
        var name = rented ?? stackalloc char[MostOnStack];
        try
        {
            var length = reader.CopyString(name);
            return _lookup.TryGetValue(name[..length], out var place) ? place : -1;
        }
        finally
        {
            if (rented is not null)
                ArrayPool<char>.Shared.Return(rented);
        }
    }
}
