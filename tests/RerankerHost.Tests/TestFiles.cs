using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests;

/// <summary>Models of the repository.</summary>
internal static class TestFiles
{
    public static string Model(string name) => Repository.File("models", name);
}
