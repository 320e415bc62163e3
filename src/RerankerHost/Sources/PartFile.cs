using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace Rerank.RerankerHost.Sources;

/// <summary>A file that is coming in, with the hash of what is there so far. It outlives the process, so that a download goes on where it was.</summary>
internal sealed class PartFile : IAsyncDisposable
{
    private const int BufferSize = 128 * 1024;

    private readonly FileStream _stream;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private PartFile(FileStream stream) => _stream = stream;

    public long Length { get; private set; }

    /// <summary>Entity tag under which the bytes so far were served; null: unknown.</summary>
    public EntityTagHeaderValue? Validator { get; set; }

    public static async Task<PartFile> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var part = new PartFile(new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Read,
            Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
            BufferSize = 0,
        }));
        try
        {
            await part.HashWhatIsThereAsync(cancellationToken);
            return part;
        }
        catch
        {
            await part.DisposeAsync();
            throw;
        }
    }

    /// <summary>Not cancellable: half a write would part the file from its hash.</summary>
    public async Task AppendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await _stream.WriteAsync(bytes, CancellationToken.None);
        }
        catch (IOException e)
        {
            throw StorageErrors.Explain(e);
        }

        _hash.AppendData(bytes.Span);
        Length += bytes.Length;
    }

    public void Restart()
    {
        _stream.SetLength(0);
        _stream.Position = 0;
        _hash.GetHashAndReset();
        Length = 0;
        Validator = null;
    }

    public string Sha256() => Convert.ToHexStringLower(_hash.GetCurrentHash());

    /// <summary>On disk for good, before the file gets the name that says so.</summary>
    public void Flush() => _stream.Flush(flushToDisk: true);

    public async ValueTask DisposeAsync()
    {
        _hash.Dispose();
        await _stream.DisposeAsync();
    }

    private async Task HashWhatIsThereAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferSize];
        int read;
        while ((read = await _stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            _hash.AppendData(buffer, 0, read);
            Length += read;
        }
    }
}
