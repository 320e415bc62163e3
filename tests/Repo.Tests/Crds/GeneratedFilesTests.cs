using Rerank.Operator.Generate;
using Rerank.TestKit;

namespace Rerank.Repo.Tests.Crds;

public class GeneratedFilesTests
{
    private const string Chart = "charts/rerank-operator/files";

    [Fact]
    public void Crds_Committed_AreWhatTheTypesSay()
    {
        AssertFresh("config/crds", GenerateCommand.Crds());
        AssertFresh($"{Chart}/crds", GenerateCommand.Crds());
    }

    [Fact]
    public void Roles_Committed_AreWhatTheControllersSay()
    {
        var forChart = GenerateCommand.Rbac().ToLookup(file => file.Key == "rules.yaml");

        AssertFresh("config/rbac", forChart[false]);
        AssertSame(Chart, forChart[true].Single());
    }

    private static void AssertFresh(string folder, IEnumerable<KeyValuePair<string, string>> expected)
    {
        var files = expected.OrderBy(file => file.Key, StringComparer.Ordinal).ToList();
        Assert.Equal(files.Select(file => file.Key), SourceFiles.Below(folder, "*.yaml").Select(file => Path.GetFileName(file)));
        Assert.All(files, file => AssertSame(folder, file));
    }

    private static void AssertSame(string folder, KeyValuePair<string, string> file)
    {
        var path = Repository.File(folder, file.Key);
        Assert.True(File.Exists(path) && File.ReadAllText(path) == file.Value, $"{folder}/{file.Key} is stale: run eng/gen.sh");
    }
}
