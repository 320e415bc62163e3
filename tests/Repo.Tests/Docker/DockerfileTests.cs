using System.Text.RegularExpressions;
using Rerank.TestKit;

namespace Rerank.Repo.Tests.Docker;

/// <summary>What can be said of a Dockerfile without Docker.</summary>
public sealed partial class DockerfileTests
{
    public static TheoryData<string> Dockerfiles =>
        [.. Directory.EnumerateFiles(Repository.File("src"), "Dockerfile*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Repository.Root, file))];

    [Theory]
    [MemberData(nameof(Dockerfiles))]
    public void Copy_FromTheContext_SourcesExist(string dockerfile)
    {
        var sources = Instructions(dockerfile, "COPY").Where(words => !words[0].StartsWith("--", StringComparison.Ordinal)).SelectMany(words => words[..^1]);

        Assert.All(sources, source => Assert.True(Path.Exists(Repository.File(source)), $"{dockerfile} copies {source}, which isn't there"));
    }

    [Theory]
    [MemberData(nameof(Dockerfiles))]
    public void Copy_ProjectFiles_AreAllThatRestoreNeeds(string dockerfile)
    {
        var copied = Instructions(dockerfile, "COPY").SelectMany(words => words).Where(word => word.EndsWith(".csproj", StringComparison.Ordinal)).ToHashSet();
        var projects = Path.GetDirectoryName(dockerfile)!;
        var main = Directory.EnumerateFiles(Repository.File(projects), "*.csproj").Single();

        Assert.All(References(main), project => Assert.Contains(project, copied));
    }

    [Theory]
    [MemberData(nameof(Dockerfiles))]
    public void From_Images_HaveAVersion(string dockerfile) =>
        Assert.All(
            Instructions(dockerfile, "FROM").Select(words => words[0]),
            image => Assert.Matches(@":[0-9]+\.[0-9]+[a-z0-9.-]*$", image));

    [Theory]
    [MemberData(nameof(Dockerfiles))]
    public void User_OfTheFinalImage_IsNotRoot(string dockerfile)
    {
        var lines = File.ReadAllLines(Repository.File(dockerfile));
        var final = lines.Skip(Array.FindLastIndex(lines, line => line.StartsWith("FROM ", StringComparison.Ordinal)));

        Assert.Contains("USER 1654:1654", final);
    }

    [Theory]
    [MemberData(nameof(Dockerfiles))]
    public void EntryPoint_IsTheProjectsProgram(string dockerfile)
    {
        var project = Path.GetFileName(Path.GetDirectoryName(dockerfile)!);

        Assert.Equal($"[\"dotnet\", \"/app/{project}.dll\"]", string.Join(' ', Assert.Single(Instructions(dockerfile, "ENTRYPOINT"))));
    }

    [Fact]
    public void Images_Script_BuildsEveryDockerfile()
    {
        var script = File.ReadAllText(Repository.File("eng", "images.sh"));

        Assert.All(Dockerfiles, row => Assert.Contains(row.Data.Replace('\\', '/'), script, StringComparison.Ordinal));
    }

    [Fact]
    public void Images_OfTheChart_AreThoseOfTheScript()
    {
        var script = File.ReadAllText(Repository.File("eng", "images.sh"));
        var repositories = RepositoryValue().Matches(File.ReadAllText(Repository.File("charts", "rerank-operator", "values.yaml"))).Select(match => match.Groups[1].Value);

        Assert.All(repositories, name => Assert.Contains($"\n{name} src/", script, StringComparison.Ordinal));
    }

    private static IEnumerable<string[]> Instructions(string dockerfile, string name) =>
        File.ReadAllLines(Repository.File(dockerfile))
            .Where(line => line.StartsWith(name + " ", StringComparison.Ordinal))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..]);

    /// <summary>The project and what it refers to, without what only local mode wants.</summary>
    private static IEnumerable<string> References(string project)
    {
        var directory = Path.GetDirectoryName(project)!;
        var references = ProjectReference().Matches(File.ReadAllText(project))
            .Where(match => !match.Value.Contains("ReferenceOutputAssembly", StringComparison.Ordinal))
            .Select(match => Path.GetFullPath(Path.Combine(directory, match.Groups[1].Value)));
        return [Path.GetRelativePath(Repository.Root, project).Replace('\\', '/'), .. references.SelectMany(References)];
    }

    [GeneratedRegex("<ProjectReference Include=\"([^\"]+)\"[^>]*>")]
    private static partial Regex ProjectReference();

    [GeneratedRegex(@"repository: (\S+)")]
    private static partial Regex RepositoryValue();
}
