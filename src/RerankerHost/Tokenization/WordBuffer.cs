namespace Rerank.RerankerHost.Tokenization;

/// <summary>The characters of one word while it is put together. Keeps no more of them than a word may have.</summary>
internal ref struct WordBuffer(Span<int> storage)
{
    private readonly Span<int> _storage = storage;
    private int _movable;

    public int Length { get; private set; }

    /// <summary>Whether the word has more characters than the storage.</summary>
    public readonly bool IsTooLong => Length > _storage.Length;

    public readonly ReadOnlySpan<int> Characters => _storage[..Length];

    public void Append(int character)
    {
        if (Length < _storage.Length)
            _storage[Length] = character;
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
            _storage[i] = _storage[i - 1];
        _storage[i] = character;
    }

    /// <summary>What is appended from here on doesn't move before what is already there.</summary>
    public void SetBarrier() => _movable = Math.Min(Length, _storage.Length);

    public void Clear()
    {
        Length = 0;
        _movable = 0;
    }
}
