namespace Rerank.RerankerHost.Commands;

/// <summary>Pairs for a self-test: plain and odd texts, short and long ones, several scripts, and special tokens as text.</summary>
internal static class GoldenPairs
{
    public static IReadOnlyList<TextPair> Default { get; } =
    [
        new("how do I list installed packages", "The package manager lists every installed package with its version."),
        new("how do I list installed packages", "A kernel talks to the hardware and schedules processes."),
        new("capital of France", "Paris is the capital and largest city of France."),
        new("capital of France", "Lyon is known for its food."),
        new("a", "b"),
        new("empty passage", ""),
        new("", "empty query"),
        new("Zürich café naïve", "Caf\u00e9 and cafe\u0301 look alike; \ufb01 is one character, \u2126 and \u03a9 are two."),
        new("新幹線の速さ", "新幹線は時速三百キロで走る。"),
        new("서울의 인구", "서울은 대한민국의 수도이다."),
        new("Привет, мир", "Ёлка и ёж: ДЁЙ."),
        new("مرحبا", "نص قصير بالعربية، مع تشكيل: عَرَبِيّ"),
        new("emoji 😀", "👩\u200d👩\u200d👧 🇩🇪 ❤\ufe0f and \u200bzero\u00adwidth"),
        new("white space", " tabs\tand\r\nnew  lines \u00a0 \u3000 "),
        new("special [SEP] tokens", "</s> <s> [CLS] [MASK] <mask> <unk> are text"),
        new("code", "for (int i = 0; i < n; i++) { total += a[i] * 3.14159e-7; } // C#"),
        new("a passage that is too long", string.Join(' ', Enumerable.Repeat("every word of this sentence comes again and again,", 200))),
        new(string.Join(' ', Enumerable.Repeat("a query that is too long", 200)), "short"),
    ];
}
