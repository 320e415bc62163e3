using Rerank.Operator.Run;
using Rerank.TestKit;

namespace Rerank.Operator.Tests.Run;

/// <summary>The program itself, where it can't start for a reason that whoever started it can mend: one line says it.</summary>
public sealed class CannotStartTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rerank-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Run_KubeconfigIsMissing_IsOneLine()
    {
        var path = Path.Combine(_folder.FullName, "none");

        Assert.Equal($"no cluster: what KUBECONFIG or ~/.kube/config names can't be used: kubeconfig file not found at {path}", await ErrorAsync(path, "run"));
    }

    [Fact]
    public async Task Run_KubeconfigIsNoYaml_IsOneLine()
    {
        var path = Path.Combine(_folder.FullName, "config");
        await File.WriteAllTextAsync(path, "not: [yaml", TestContext.Current.CancellationToken);

        Assert.StartsWith("no cluster: what KUBECONFIG or ~/.kube/config names can't be used: ", await ErrorAsync(path, "run"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_FolderThatCannotBeMade_IsOneLine()
    {
        var file = Path.Combine(_folder.FullName, "file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);

        Assert.Contains(file, await ErrorAsync("", "generate", "--crds", Path.Combine(file, "crds"), "--rbac", _folder.FullName), StringComparison.Ordinal);
    }

    private static async Task<string> ErrorAsync(string kubeconfig, params string[] arguments)
    {
        var result = await Command.RunAsync("env", [$"KUBECONFIG={kubeconfig}", "dotnet", typeof(RunCommand).Assembly.Location, .. arguments], TestContext.Current.CancellationToken);
        var error = result.Error.Trim();

        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.DoesNotContain('\n', error);
        return error;
    }
}
