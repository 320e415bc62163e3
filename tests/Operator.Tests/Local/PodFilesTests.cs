using k8s.Models;
using Microsoft.Extensions.Time.Testing;
using Rerank.Operator.Local;
using Rerank.Operator.Runtime.Client.InMemory;

namespace Rerank.Operator.Tests.Local;

public sealed class PodFilesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pod-files");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>As a kubelet does: a token that isn't there any more must not be taken any more.</summary>
    [Fact]
    public async Task Sync_KeyIsGoneFromTheSecret_ItsFileIsToo()
    {
        var api = new InMemoryResourceClient(new FakeTimeProvider());
        var volume = new V1Volume { Name = "admin", Secret = new() { SecretName = "s" } };
        var files = new PodFiles(_folder.FullName, _folder.FullName);
        await api.ApplyAsync(Secret("token", "previous-token"), Stop);
        await files.SyncAsync("shop", [volume], api, Stop);
        Assert.Equal(["previous-token", "token"], Names());

        await api.ApplyAsync(Secret("token"), Stop);
        await files.SyncAsync("shop", [volume], api, Stop);
        Assert.Equal(["token"], Names());

        IEnumerable<string?> Names() => Directory.GetFiles(files.FolderOf(volume)).Select(Path.GetFileName).Order(StringComparer.Ordinal);
    }

    private static V1Secret Secret(params string[] keys) => new()
    {
        Metadata = new() { Name = "s", NamespaceProperty = "shop" },
        Data = keys.ToDictionary(k => k, _ => "x"u8.ToArray()),
    };
}
