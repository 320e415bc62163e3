using Rerank.RerankerHost.Inference.Cuda;
using Rerank.RerankerHost.Tests.Serving;

namespace Rerank.RerankerHost.Tests.Inference.Cuda;

public sealed class SharedLibraryTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Find_LibraryOfTheSystem_SaysWhereItIs()
    {
        var found = SharedLibrary.Find("libm.so.6");

        Assert.Null(found.Problem);
        Assert.StartsWith("libm.so.6", Path.GetFileName(found.Path), StringComparison.Ordinal);
        Assert.True(File.Exists(found.Path), found.Path);
    }

    [Fact]
    public void Find_NoSuchLibrary_SaysSo() => Assert.Equal(new SharedLibrary(null, SharedLibrary.NotFound), SharedLibrary.Find("libnosuch.so.13"));

    [Fact]
    public void Find_DamagedLibrary_SaysWhatTheLoaderSays()
    {
        var path = _folder.Write("libdamaged.so.1", "this is no library, but it is long enough to be looked at by the loader"u8);

        Assert.Equal(new SharedLibrary(null, $"{path}: invalid ELF header"), SharedLibrary.Find(path));
    }
}
