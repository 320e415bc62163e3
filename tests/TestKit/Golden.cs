using Xunit;

namespace Rerank.TestKit;

/// <summary>Compares text with a committed file. UPDATE_GOLDEN=1 writes the file instead, except on CI.</summary>
public static class Golden
{
    /// <param name="path">Path of the file below the repository's root.</param>
    public static void Equal(string path, string actual)
    {
        var file = Repository.File(path);
        actual = actual.ReplaceLineEndings("\n");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1" && Environment.GetEnvironmentVariable("CI") != "true")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, actual);
            return;
        }

        Assert.True(File.Exists(file), $"{path} doesn't exist: run the test with UPDATE_GOLDEN=1 and read what it wrote");
        var expected = File.ReadAllText(file).ReplaceLineEndings("\n");
        if (expected != actual)
            Assert.Fail($"{path} differs from what is made now; run the test with UPDATE_GOLDEN=1 when the change is meant.\n{Difference(expected, actual)}");
    }

    private static string Difference(string expected, string actual)
    {
        var (left, right) = (expected.Split('\n'), actual.Split('\n'));
        var first = left.Zip(right).TakeWhile(lines => lines.First == lines.Second).Count();
        var end = Math.Min(left.Length, right.Length) - first;
        var last = left.Reverse().Zip(right.Reverse()).TakeWhile(lines => lines.First == lines.Second).Take(end).Count();
        return string.Join('\n',
        [
            $"@@ line {first + 1} @@",
            .. left[first..(left.Length - last)].Select(line => "-" + line),
            .. right[first..(right.Length - last)].Select(line => "+" + line),
        ]);
    }
}
