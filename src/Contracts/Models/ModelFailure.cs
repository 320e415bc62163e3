namespace Rerank.Contracts.Models;

/// <summary>Reasons of <see cref="ModelStatus.Reason"/>; they become reasons of conditions.</summary>
public static class ModelFailure
{
    public const string SourceUnavailable = nameof(SourceUnavailable);
    public const string FileNotFound = nameof(FileNotFound);
    public const string CredentialsMissing = nameof(CredentialsMissing);
    public const string CredentialsRejected = nameof(CredentialsRejected);

    /// <summary>The source wants credentials, and they would be sent where others can read them.</summary>
    public const string SourceInsecure = nameof(SourceInsecure);

    public const string DigestMismatch = nameof(DigestMismatch);
    public const string UnsupportedModel = nameof(UnsupportedModel);
    public const string UnsupportedTokenizer = nameof(UnsupportedTokenizer);
    public const string ProviderUnavailable = nameof(ProviderUnavailable);
    public const string LoadFailed = nameof(LoadFailed);
    public const string GoldenMismatch = nameof(GoldenMismatch);

    /// <summary>The process ended while it loaded or ran the model, so it leaves the model out for a while.</summary>
    public const string Quarantined = nameof(Quarantined);

    /// <summary>The process was killed for memory while it loaded the model, so it leaves the model out for a while.</summary>
    public const string OutOfMemory = nameof(OutOfMemory);

    /// <summary>The GPU memory that it declares isn't free.</summary>
    public const string GpuMemoryExceeded = nameof(GpuMemoryExceeded);

    /// <summary>Every run of the model fails, since some time after it was ready. It is loaded again.</summary>
    public const string RunsFail = nameof(RunsFail);

    /// <summary>A run of the model doesn't end. The process is, before long.</summary>
    public const string RunHangs = nameof(RunHangs);

    public const string StorageFull = nameof(StorageFull);
}
