using System.Text;
using System.Text.Json;

namespace Rerank.RerankerHost.Tests.Tokenization;

/// <summary>The random texts of eng/tokenizer-goldens/texts.mjs, from the same numbers and the same alphabet.</summary>
internal sealed class RandomTexts(JsonElement alphabet)
{
    private readonly (int First, int Last)[] _ranges = [.. alphabet.GetProperty("ranges").EnumerateArray().Select(range => (range[0].GetInt32(), range[1].GetInt32()))];
    private readonly string[] _words = [.. alphabet.GetProperty("words").EnumerateArray().Select(word => word.GetString()!)];
    private readonly string[] _marks = [.. alphabet.GetProperty("marks").EnumerateArray().Select(mark => mark.GetString()!)];
    private readonly int[] _spaces = [.. alphabet.GetProperty("spaces").EnumerateArray().Select(space => space.GetInt32())];
    private readonly int[] _combining = [.. alphabet.GetProperty("combining").EnumerateArray().Select(mark => mark.GetInt32())];

    public IEnumerable<string> Block(int block, int count)
    {
        var numbers = new XorShift((unchecked((uint)(block + 1) * 0x9E3779B1U)) | 1);
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            text.Clear();
            for (var parts = 1 + numbers.Next(24); parts > 0; parts--)
                AppendPart(text, numbers);
            yield return text.ToString();
        }
    }

    private void AppendPart(StringBuilder text, XorShift numbers)
    {
        switch (numbers.Next(16))
        {
            case < 3:
                text.Append(' ');
                break;
            case < 6:
                text.Append(_words[numbers.Next(_words.Length)]);
                break;
            case < 8:
                text.Append(_marks[numbers.Next(_marks.Length)]);
                break;
            case < 9:
                text.Append(char.ConvertFromUtf32(_spaces[numbers.Next(_spaces.Length)]));
                break;
            case < 11:
                text.Append(char.ConvertFromUtf32(_combining[numbers.Next(_combining.Length)]));
                break;
            case < 12:
                text.Append((char)(0x21 + numbers.Next(94)));
                break;
            default:
                var (first, last) = _ranges[numbers.Next(_ranges.Length)];
                var character = first + numbers.Next(last - first + 1);
                if (character is < 0xD800 or > 0xDFFF)
                    text.Append(char.ConvertFromUtf32(character));
                break;
        }
    }

    private sealed class XorShift(uint state)
    {
        private uint _state = state;

        public int Next(int below)
        {
            _state ^= _state << 13;
            _state ^= _state >> 17;
            _state ^= _state << 5;
            return (int)(_state % (uint)below);
        }
    }
}
