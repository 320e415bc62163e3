using System.Buffers;
using System.Text;
using Rerank.RerankerHost.Tokenization.Places;

namespace Rerank.RerankerHost.Tokenization;

/// <summary>Text to token ids as BERT does it: normalised, split into words, each word into its longest known pieces.</summary>
/// <remarks>
/// Not the WordPiece of Microsoft.ML.Tokenizers: that one counts a word's UTF-16 units where the reference counts
/// characters, and makes a list per text.
/// </remarks>
internal sealed class WordPieceTokenizer(CharacterMap characters, WordPieceVocabulary vocabulary, int unknownId, int maxWordCharacters) : ITextModel
{
    private const int CheckEvery = 4096;

    public int Tokenize(ReadOnlySpan<char> text, TextStart at, TokenBuffer output, int limit)
    {
        var storage = ArrayPool<int>.Shared.Rent(maxWordCharacters);
        var places = output.Places is null ? null : ArrayPool<TokenPlace>.Shared.Rent(maxWordCharacters);
        var word = new WordBuffer(storage.AsSpan(0, maxWordCharacters), places.AsSpan(0, places is null ? 0 : maxWordCharacters));
        var length = text.Length;
        var start = output.Count;
        var end = (int)Math.Min((long)start + limit, int.MaxValue);

        for (var seen = 1; !text.IsEmpty && output.Count < end; seen++)
        {
            if (seen % CheckEvery == 0)
                output.Check();
            int character = text[0];
            var taken = 1;
            if (char.IsSurrogate((char)character))
            {
                // Half a pair comes out as U+FFFD, as it does in the reference, which only knows valid text.
                Rune.DecodeFromUtf16(text, out var rune, out taken);
                character = rune.Value;
            }

            if (places is not null)
                word.Place = new TokenPlace(length - text.Length, length - text.Length + taken);
            text = text[taken..];
            var entry = characters[character];
            if (entry.IsUnchanged)
                word.Append(character);
            else
                Apply(entry, ref word, output);
        }

        if (output.Count < end)
            Flush(ref word, output);
        ArrayPool<int>.Shared.Return(storage);
        if (places is not null)
            ArrayPool<TokenPlace>.Shared.Return(places);
        return output.Count - start;
    }

    public int LastCut(ReadOnlySpan<char> text)
    {
        for (var at = text.Length - 1; at > 0; at--)
        {
            // Where it is cut the text is normalized already, and what ends a word is in the first plane.
            if (!char.IsSurrogate(text[at]) && characters[text[at]] is { IsUnchanged: false, Kind: CharacterKind.Space or CharacterKind.Isolated })
                return at;
        }

        return 0;
    }

    private void Apply(CharacterEntry entry, ref WordBuffer word, TokenBuffer output)
    {
        switch (entry.Kind)
        {
            case CharacterKind.Letter:
                word.Append(entry.Value);
                break;
            case CharacterKind.Removed:
                break;
            case CharacterKind.Barrier:
                word.SetBarrier();
                break;
            case CharacterKind.Space:
                Flush(ref word, output);
                break;
            case CharacterKind.Isolated:
                Flush(ref word, output);
                word.Append(entry.Value);
                Flush(ref word, output);
                break;
            case CharacterKind.Combining:
                word.AppendCombining(entry.Value);
                break;
            case CharacterKind.Several:
                foreach (var part in characters.Sequence(entry))
                    Apply(part, ref word, output);
                break;
        }
    }

    private void Flush(ref WordBuffer word, TokenBuffer output)
    {
        if (word.Length > 0)
        {
            if (word.IsTooLong)
                AddUnknown(in word, output);
            else
                AddPieces(in word, output);
        }

        word.Clear();
    }

    private void AddPieces(ref readonly WordBuffer word, TokenBuffer output)
    {
        var start = output.Count;
        var left = word.Characters;
        for (var continues = false; !left.IsEmpty; continues = true)
        {
            var length = vocabulary.FindLongest(left, continues, out var id);
            if (length == 0)
            {
                // A word with one unknown part is unknown as a whole.
                output.Truncate(start);
                AddUnknown(in word, output);
                return;
            }

            output.Add(id);
            if (output.Places is { } places)
            {
                var at = word.Length - left.Length;
                places.Add(word.Places[at].Start, word.Places[at + length - 1].End);
            }

            left = left[length..];
        }
    }

    private void AddUnknown(ref readonly WordBuffer word, TokenBuffer output)
    {
        output.Add(unknownId);
        output.Places?.Truncate(output.Count - 1);
        output.Places?.Add(word.First.Start, word.Last.End);
    }
}
