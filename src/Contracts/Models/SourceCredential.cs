namespace Rerank.Contracts.Models;

/// <summary>How to authenticate against an artifact source. Exactly one form is set.</summary>
public sealed record SourceCredential
{
    /// <summary>Sent as <c>Authorization: Bearer TOKEN</c>.</summary>
    public string? BearerToken { get; init; }

    /// <summary>Sent as basic authentication, together with <see cref="Password"/>.</summary>
    public string? Username { get; init; }

    public string? Password { get; init; }

    /// <summary>Says only which form is set, so that a secret can't reach a log by way of this record.</summary>
    public override string ToString() => BearerToken is null ? "basic credential" : "bearer credential";
}
