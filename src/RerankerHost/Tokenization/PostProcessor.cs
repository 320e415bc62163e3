using Rerank.RerankerHost.Tokenization.Places;

namespace Rerank.RerankerHost.Tokenization;

/// <summary>Reads the part of tokenizer.json that puts special tokens around texts.</summary>
internal static class PostProcessor
{
    private static readonly string[] Types = ["TemplateProcessing", "BertProcessing", "RobertaProcessing", "ByteLevel", "Sequence"];

    public static (SingleTemplate Single, PairTemplate Pair) Read(JsonPart processor)
    {
        // ByteLevel only says where in the text a token stands: ReadTrim.
        var parts = Flatten(processor).Where(part => part["type"].Text != "ByteLevel").ToList();
        if (parts.Count != 1)
            throw processor.Unsupported("", $"holds {parts.Count} processors that add special tokens; one is supported");
        return parts[0]["type"].Text switch
        {
            "BertProcessing" => ReadBert(parts[0]),
            "RobertaProcessing" => ReadRoberta(parts[0]),
            _ => ReadTemplates(parts[0]),
        };
    }

    /// <summary>What it takes off the places of tokens; null: nothing.</summary>
    public static OffsetTrim? ReadTrim(JsonPart processor)
    {
        foreach (var part in Flatten(processor))
        {
            if (part["type"].Text is "ByteLevel" or "RobertaProcessing" && (part.Find("trim_offsets")?.Boolean ?? true))
                return new OffsetTrim(part.Find("add_prefix_space")?.Boolean ?? true);
        }

        return null;
    }

    private static IEnumerable<JsonPart> Flatten(JsonPart processor)
    {
        processor.ExpectType(Types);
        return processor["type"].Text == "Sequence" ? processor["processors"].Items().SelectMany(Flatten) : [processor];
    }

    private static (SingleTemplate Single, PairTemplate Pair) ReadRoberta(JsonPart processor)
    {
        var start = new TemplateTokens([Special(processor["cls"])], [0]);
        var end = Special(processor["sep"]);
        var pair = new PairTemplate
        {
            BeforeFirst = start,
            BetweenTexts = new TemplateTokens([end, end], [0, 0]),
            AfterSecond = new TemplateTokens([end], [0]),
            FirstType = 0,
            SecondType = 0,
        };
        return (new SingleTemplate(start, pair.AfterSecond, 0), pair);
    }

    private static (SingleTemplate Single, PairTemplate Pair) ReadBert(JsonPart processor)
    {
        var start = new TemplateTokens([Special(processor["cls"])], [0]);
        var end = Special(processor["sep"]);
        var pair = new PairTemplate
        {
            BeforeFirst = start,
            BetweenTexts = new TemplateTokens([end], [0]),
            AfterSecond = new TemplateTokens([end], [1]),
            FirstType = 0,
            SecondType = 1,
        };
        return (new SingleTemplate(start, pair.BetweenTexts, 0), pair);
    }

    /// <summary>A special token written as [text, id].</summary>
    private static int Special(JsonPart token)
    {
        var items = token.Items().ToArray();
        return items.Length == 2 ? items[1].Integer(0, int.MaxValue - 1) : throw token.Unsupported("", "must be a list of text and id");
    }

    private static (SingleTemplate Single, PairTemplate Pair) ReadTemplates(JsonPart processor)
    {
        var specials = processor["special_tokens"];
        var single = ReadTemplate(processor["single"], specials, "A");
        var pair = ReadTemplate(processor["pair"], specials, "A", "B");
        return (
            new SingleTemplate(single.Tokens[0], single.Tokens[1], single.Types[0]),
            new PairTemplate
            {
                BeforeFirst = pair.Tokens[0],
                BetweenTexts = pair.Tokens[1],
                AfterSecond = pair.Tokens[2],
                FirstType = pair.Types[0],
                SecondType = pair.Types[1],
            });
    }

    /// <summary>The special tokens before, between and after the texts, and the texts' types.</summary>
    private static (List<TemplateTokens> Tokens, List<int> Types) ReadTemplate(JsonPart template, JsonPart specials, params ReadOnlySpan<string> texts)
    {
        var tokens = new List<TemplateTokens>();
        var textTypes = new List<int>();
        var ids = new List<int>();
        var types = new List<int>();
        foreach (var piece in template.Items())
        {
            if (piece.Find("Sequence") is { } text)
            {
                var name = text["id"].Text;
                if (textTypes.Count == texts.Length || name != texts[textTypes.Count])
                    throw piece.Unsupported("Sequence", $"{name} is out of order");
                tokens.Add(new TemplateTokens([.. ids], [.. types]));
                textTypes.Add(text["type_id"].Integer(0, 255));
                ids.Clear();
                types.Clear();
            }
            else
            {
                var special = piece["SpecialToken"];
                var added = specials[special["id"].Text]["ids"].Items().Select(id => id.Integer(0, int.MaxValue - 1)).ToArray();
                ids.AddRange(added);
                types.AddRange(Enumerable.Repeat(special["type_id"].Integer(0, 255), added.Length));
            }
        }

        if (textTypes.Count != texts.Length)
            throw template.Unsupported("", "doesn't hold every text");
        tokens.Add(new TemplateTokens([.. ids], [.. types]));
        return (tokens, textTypes);
    }
}
