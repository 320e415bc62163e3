using System.Text.Json.Nodes;
using Rerank.Contracts.Models;

namespace Rerank.Cli.Models;

/// <summary>Where the hub is, and how one gets in.</summary>
/// <param name="Token">Of this person; it is only sent to the hub, and never shown.</param>
/// <param name="TokenSecret">NAME or NAME/KEY of the Secret that hosts get theirs from; null: they need none.</param>
internal sealed record HubAccess(Uri Endpoint, string? Token, string? TokenSecret)
{
    private const string PublicHub = "https://huggingface.co";
    private const string SecretLabel = "rerank.dev/source-credentials";
    private const string EndpointAnnotation = "rerank.dev/endpoint";

    private string Address => Endpoint.AbsoluteUri.TrimEnd('/');

    private bool IsPublic => Address == PublicHub;

    /// <exception cref="CommandFailure">The address can't be used.</exception>
    public static HubAccess Of(string? endpoint, string? tokenSecret, Func<string, string?> variable)
    {
        var text = endpoint ?? NotEmpty(variable("HF_ENDPOINT")) ?? PublicHub;
        if (!Uri.TryCreate(text.TrimEnd('/'), UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new CommandFailure($"the hub's address must start with https:// or http://, not \"{text}\"");

        if (tokenSecret is not null && !SourceCredentialRules.MayBeSentTo(address))
            throw new CommandFailure($"hosts send tokens over https only, not to {address}: use https://, or leave --token-secret out");

        var token = NotEmpty(variable("HF_TOKEN"));
        return token is null || SourceCredentialRules.MayBeSentTo(address)
            ? new(address, token, tokenSecret)
            : throw new CommandFailure($"HF_TOKEN isn't sent to {address}, where anybody could read it: use https://, or unset HF_TOKEN");
    }

    /// <summary>What the Secret needs before the operator reads it; null: there is none.</summary>
    /// <param name="ns">Null: kubectl's own.</param>
    public string? Consent(string? ns)
    {
        if (TokenSecret?.Split('/', 2)[0] is not { } name)
            return null;
        var secret = ns is null ? name : $"{name} -n {ns}";
        return $"kubectl label secret {secret} {SecretLabel}=true"
            + (IsPublic ? "" : $" && kubectl annotate secret {secret} {EndpointAnnotation}={Endpoint.GetLeftPart(UriPartial.Authority)}");
    }

    public JsonObject Source(string repository, string commit)
    {
        var hub = new JsonObject { ["repository"] = repository, ["revision"] = commit };
        if (!IsPublic)
            hub["endpoint"] = Address;
        if (TokenSecret?.Split('/', 2) is [var name, .. var key])
        {
            var secret = new JsonObject { ["name"] = name };
            if (key is [var only])
                secret["key"] = only;
            hub["tokenSecretRef"] = secret;
        }

        return new() { ["huggingFace"] = hub };
    }

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
