using System.Globalization;
using System.Text;
using k8s.Models;
using Rerank.Operator.Names;

namespace Rerank.Operator.Manifests;

/// <summary>The token with which the operator, and nobody else, tells this pipeline's routers and hosts what to do.</summary>
internal static class AdminSecret
{
    public static V1Secret Of(PipelineOwner owner, string token) => Of(owner, new AdminTokenState(token));

    /// <param name="resourceVersion">Of what this goes over; null: whatever is there.</param>
    public static V1Secret Of(PipelineOwner owner, AdminTokenState state, string? resourceVersion = null)
    {
        var annotations = new Dictionary<string, string>();
        if (state.RotatedFor is { } request)
            annotations[Labels.RotatedFor] = request;
        if (state.RotatedAt is { } at)
            annotations[Labels.RotatedAt] = at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        var data = new Dictionary<string, byte[]> { [PodPaths.AdminTokenKey] = Encoding.ASCII.GetBytes(state.Token ?? "") };

        // Emptied and not left out: who created an object owns its data as a whole once it owns no key of it any more, so that an API server keeps what an apply leaves out.
        if (state.Previous is not null || resourceVersion is not null)
            data[PodPaths.PreviousAdminTokenKey] = Encoding.ASCII.GetBytes(state.Previous ?? "");
        var metadata = owner.Metadata(owner.Names.AdminSecret, Labels.Of(owner.Names), annotations);
        metadata.ResourceVersion = resourceVersion;
        return new() { ApiVersion = "v1", Kind = V1Secret.KubeKind, Metadata = metadata, Type = "Opaque", Data = data };
    }

    public static AdminTokenState Read(V1Secret secret) => new(
        Value(secret, PodPaths.AdminTokenKey),
        Value(secret, PodPaths.PreviousAdminTokenKey),
        secret.GetAnnotation(Labels.RotatedFor),
        DateTimeOffset.TryParse(secret.GetAnnotation(Labels.RotatedAt), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null);

    /// <returns>Null when there is none.</returns>
    public static string? TokenOf(V1Secret secret) => Value(secret, PodPaths.AdminTokenKey);

    private static string? Value(V1Secret secret, string key) =>
        secret.Data is { } data && data.TryGetValue(key, out var bytes) && Encoding.ASCII.GetString(bytes).Trim() is { Length: > 0 } token ? token : null;
}

/// <summary>What a pipeline's Secret says.</summary>
/// <param name="Previous">Still taken by routers and hosts, because some may not have seen the other one yet; null when none is being replaced.</param>
/// <param name="RotatedFor">The request for which the token was made.</param>
internal sealed record AdminTokenState(string? Token, string? Previous = null, string? RotatedFor = null, DateTimeOffset? RotatedAt = null)
{
    // Tokens are nobody's business.
    public override string ToString() => Previous is null ? "one token" : "two tokens";
}
