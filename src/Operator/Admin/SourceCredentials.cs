using System.Text;
using k8s.Models;
using Rerank.Contracts.Models;
using Rerank.Operator.Revisions;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Status;

namespace Rerank.Operator.Admin;

/// <summary>Reads the Secrets that models refer to, when they are needed and only then: nothing keeps or watches them.</summary>
internal sealed class SourceCredentials(IResourceClient client)
{
    private const string TokenKey = "token";
    private const string UsernameKey = "username";
    private const string PasswordKey = "password";

    public async Task<(SourceCredential? Credential, Problem? Problem)> ReadAsync(
        string ns, string model, CredentialRef reference, CancellationToken cancellationToken)
    {
        var secret = await client.GetAsync<V1Secret>(new(ns, reference.Secret), cancellationToken);
        if (secret is null)
            return (null, Missing($"Secret \"{reference.Secret}\" of ModelVersion \"{model}\" does not exist in namespace \"{ns}\". Create it."));

        if (reference.Key is { } key)
        {
            return Value(secret, key) is { } token
                ? (new() { BearerToken = token }, null)
                : (null, Missing($"Secret \"{reference.Secret}\" of ModelVersion \"{model}\" has no key \"{key}\". Add it."));
        }

        if (Value(secret, TokenKey) is { } bearer)
            return (new() { BearerToken = bearer }, null);
        return (Value(secret, UsernameKey), Value(secret, PasswordKey)) is ({ } username, { } password)
            ? (new() { Username = username, Password = password }, null)
            : (null, Missing(
                $"Secret \"{reference.Secret}\" of ModelVersion \"{model}\" has neither key \"{TokenKey}\" nor keys \"{UsernameKey}\" and \"{PasswordKey}\". "
                    + "Add them."));
    }

    private static Problem Missing(string message) => new(Reasons.SecretNotFound, message);

    private static string? Value(V1Secret secret, string key) =>
        secret.Data is { } data && data.TryGetValue(key, out var bytes) && bytes.Length > 0 ? Encoding.UTF8.GetString(bytes).Trim() : null;
}
