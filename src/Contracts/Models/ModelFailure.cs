namespace Rerank.Contracts.Models;

/// <summary>Reasons of <see cref="ModelStatus.Reason"/>; they become reasons of conditions.</summary>
public static class ModelFailure
{
    public const string SourceUnavailable = nameof(SourceUnavailable);
    public const string FileNotFound = nameof(FileNotFound);
    public const string CredentialsMissing = nameof(CredentialsMissing);
    public const string CredentialsRejected = nameof(CredentialsRejected);
    public const string DigestMismatch = nameof(DigestMismatch);
    public const string UnsupportedModel = nameof(UnsupportedModel);
    public const string UnsupportedTokenizer = nameof(UnsupportedTokenizer);
    public const string ProviderUnavailable = nameof(ProviderUnavailable);
    public const string LoadFailed = nameof(LoadFailed);
    public const string GoldenMismatch = nameof(GoldenMismatch);
    public const string StorageFull = nameof(StorageFull);
}
