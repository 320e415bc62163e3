using System.Text.Json.Nodes;

namespace Rerank.Cli.Models;

/// <summary>Where the hub is, and how one gets in.</summary>
/// <param name="Token">Of this person; it is only sent to the hub, and never shown.</param>
/// <param name="TokenSecret">NAME or NAME/KEY of the Secret that hosts get theirs from; null: they need none.</param>
internal sealed record HubAccess(Uri Endpoint, string? Token, string? TokenSecret)
{
    private const string PublicHub = "https://huggingface.co";

    /// <exception cref="CommandFailure">The address can't be used.</exception>
    public static HubAccess Of(string? endpoint, string? tokenSecret, Func<string, string?> variable)
    {
        var text = endpoint ?? NotEmpty(variable("HF_ENDPOINT")) ?? PublicHub;
        if (!Uri.TryCreate(text.TrimEnd('/'), UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new CommandFailure($"the hub's address must start with https:// or http://, not \"{text}\"");

        var token = NotEmpty(variable("HF_TOKEN"));
        return token is null || address.Scheme == "https" || address.IsLoopback
            ? new(address, token, tokenSecret)
            : throw new CommandFailure($"HF_TOKEN isn't sent to {address}, where anybody could read it: use https://, or unset HF_TOKEN");
    }

    public JsonObject Source(string repository, string commit)
    {
        var hub = new JsonObject { ["repository"] = repository, ["revision"] = commit };
        if (Endpoint.AbsoluteUri.TrimEnd('/') is var address && address != PublicHub)
            hub["endpoint"] = address;
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
