using Rerank.Operator.Generate;

namespace Rerank.Repo.Tests.Crds;

public class GeneratedFilesTests
{
    private const string Chart = "charts/rerank-operator";

    [Fact]
    public void Crds_Committed_AreWhatTheTypesSay()
    {
        AssertFresh("config/crds", GenerateCommand.Crds());
        AssertFresh($"{Chart}/crds", GenerateCommand.Crds());
    }

    [Fact]
    public void Roles_Committed_AreWhatTheControllersSay()
    {
        var files = GenerateCommand.Rbac().ToLookup(file => file.Key.EndsWith("rules.yaml", StringComparison.Ordinal));

        AssertFresh("config/rbac", files[false]);
        AssertFresh($"{Chart}/files", files[true], others: true);
    }

    private static void AssertFresh(string folder, IEnumerable<KeyValuePair<string, string>> expected, bool others = false)
    {
        var files = expected.ToDictionary();
        if (!others)
            Assert.Equal(
                files.Keys.Order(StringComparer.Ordinal),
                Repository.Files(folder, "*.yaml").Select(file => Path.GetFileName(file)));
        foreach (var (name, content) in files)
        {
            var path = Repository.PathOf(folder, name);
            Assert.True(File.Exists(path) && File.ReadAllText(path) == content, $"{folder}/{name} is stale: run eng/gen.sh");
        }
    }
}
