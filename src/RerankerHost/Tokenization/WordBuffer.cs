using Rerank.RerankerHost.Tokenization.Places;

namespace Rerank.RerankerHost.Tokenization;

/// <summary>The characters of one word while it is put together. Keeps no more of them than a word may have.</summary>
/// <param name="places">As long as the storage, for where the characters come from; empty: nobody wants to know.</param>
internal ref struct WordBuffer(Span<int> storage, Span<TokenPlace> places)
{
    private readonly Span<int> _storage = storage;
    private readonly Span<TokenPlace> _places = places;
    private int _movable;

    public int Length { get; private set; }

    /// <summary>Whether the word has more characters than the storage.</summary>
    public readonly bool IsTooLong => Length > _storage.Length;

    public readonly ReadOnlySpan<int> Characters => _storage[..Length];

    /// <summary>Of the character that is appended next.</summary>
    public TokenPlace Place { get; set; }

    /// <summary>Of the word's first character.</summary>
    public TokenPlace First { get; private set; }

    /// <summary>Of its last one.</summary>
    public TokenPlace Last { get; private set; }

    /// <summary>Of its characters, when anybody wants to know.</summary>
    public readonly ReadOnlySpan<TokenPlace> Places => _places;

    public void Append(int character)
    {
        if (Length < _storage.Length)
            _storage[Length] = character;
        if (!_places.IsEmpty)
            AppendPlace();
        Length++;
    }

    /// <summary>Appends a character that stands before those of a higher rank that it follows directly.</summary>
    public void AppendCombining(int character)
    {
        Append(character);
        if (IsTooLong)
            return;

        var rank = CombiningRank.Of(character);
        var i = Length - 1;
        for (; i > _movable && CombiningRank.Of(_storage[i - 1]) > rank; i--)
        {
            _storage[i] = _storage[i - 1];
            if (!_places.IsEmpty)
                _places[i] = _places[i - 1];
        }

        _storage[i] = character;
        if (!_places.IsEmpty)
            _places[i] = Place;
    }

    /// <summary>What is appended from here on doesn't move before what is already there.</summary>
    public void SetBarrier() => _movable = Math.Min(Length, _storage.Length);

    private void AppendPlace()
    {
        if (Length < _places.Length)
            _places[Length] = Place;
        if (Length == 0)
            First = Place;
        Last = Place;
    }

    public void Clear()
    {
        Length = 0;
        _movable = 0;
    }
}
