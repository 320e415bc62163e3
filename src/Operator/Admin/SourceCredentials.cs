using System.Text;
using k8s.Models;
using Rerank.Contracts.Models;
using Rerank.Operator.Revisions;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Status;

namespace Rerank.Operator.Admin;

/// <summary>
/// Reads the Secrets that models refer to, when they are needed and only then: nothing keeps or watches them. No other field of a custom resource names a Secret.
/// </summary>
internal sealed class SourceCredentials(IResourceClient client)
{
    private const string TokenKey = "token";
    private const string UsernameKey = "username";
    private const string PasswordKey = "password";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <returns>A credential that a host takes, or why there is none.</returns>
    public async Task<(SourceCredential? Credential, Problem? Problem)> ReadAsync(
        string ns, ModelSpec model, CredentialRef reference, CancellationToken cancellationToken)
    {
        if (SecretConsent.Insecure(model) is { } insecure)
            return (null, insecure);
        var secret = await client.GetAsync<V1Secret>(new(ns, reference.Secret), cancellationToken);
        var named = $"Secret \"{reference.Secret}\" of ModelVersion \"{model.Name}\"";
        if (secret is null)
            return (null, Missing($"{named} does not exist in namespace \"{ns}\". Create it."));
        if (SecretConsent.Missing(secret, model) is { } notMeant)
            return (null, notMeant);
        try
        {
            if (Read(secret, reference.Key) is not { } credential)
                return (null, Missing($"{named} has {What(reference.Key)}"));
            return SourceCredentialRules.Problem(credential) is { } problem ? (null, Invalid($"{named} can't be used: {problem}. Correct it.")) : (credential, null);
        }
        catch (DecoderFallbackException)
        {
            return (null, Invalid($"{named} can't be used: it is not text in UTF-8. Correct it."));
        }
    }

    private static SourceCredential? Read(V1Secret secret, string? key)
    {
        if ((key is null ? Value(secret, TokenKey) : Value(secret, key)) is { } token)
            return new() { BearerToken = token };
        return key is null && Value(secret, UsernameKey) is { } username && Value(secret, PasswordKey) is { } password
            ? new() { Username = username, Password = password }
            : null;
    }

    private static string What(string? key) => key is null
        ? $"neither key \"{TokenKey}\" nor keys \"{UsernameKey}\" and \"{PasswordKey}\". Add them."
        : $"no key \"{key}\". Add it.";

    private static Problem Missing(string message) => new(Reasons.SecretNotFound, message);

    private static Problem Invalid(string message) => new(Reasons.SecretInvalid, message);

    private static string? Value(V1Secret secret, string key) =>
        secret.Data is { } data && data.TryGetValue(key, out var bytes) && bytes.Length > 0 ? Strict.GetString(bytes).Trim() : null;
}
