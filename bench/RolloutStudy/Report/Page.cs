namespace Rerank.RolloutStudy.Report;

/// <summary>Puts the study's tables between the marks of a page, and leaves what people wrote around them.</summary>
internal static class Page
{
    public static void Fill(string path, string mark, string text)
    {
        var page = File.ReadAllText(path);
        string begin = $"<!-- {mark}: written by bench/RolloutStudy -->\n", end = $"<!-- end of {mark} -->";
        var (start, stop) = (page.IndexOf(begin, StringComparison.Ordinal), page.IndexOf(end, StringComparison.Ordinal));
        if (start < 0 || stop < start)
            throw new InvalidDataException($"{path} has no marks of {mark}.");

        File.WriteAllText(path, $"{page[..(start + begin.Length)]}\n{text}\n{page[stop..]}");
    }
}
