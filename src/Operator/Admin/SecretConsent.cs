using k8s.Models;
using Rerank.Contracts.Models;
using Rerank.Operator.Names;
using Rerank.Operator.Status;

namespace Rerank.Operator.Admin;

/// <summary>
/// Whether a Secret is meant for a model's source. Who may create ModelVersions names both the Secret and the address that gets it; that must not make the operator, which may read
/// every Secret, hand out one that was never meant for this.
/// </summary>
internal static class SecretConsent
{
    private const string PublicHub = "https://huggingface.co";

    /// <summary>What is wrong whatever the Secret says; null: nothing.</summary>
    public static Problem? Insecure(ModelSpec model) => Uri.TryCreate(Text(model), UriKind.Absolute, out var address) && SourceCredentialRules.MayBeSentTo(address)
        ? null
        : new(
            Reasons.SourceInsecure,
            $"ModelVersion \"{model.Name}\" has its files at {Text(model)}, and credentials are sent over https only. "
                + "Create another ModelVersion with an https address, or one without credentials.");

    /// <param name="model">Of which <see cref="Insecure"/> says nothing.</param>
    /// <returns>Null: it is meant for it.</returns>
    public static Problem? Missing(V1Secret secret, ModelSpec model)
    {
        var address = new Uri(Text(model));
        var isLabelled = secret.GetLabel(Labels.SourceCredentials) == "true";
        var bound = secret.GetAnnotation(Labels.SourceEndpoint);
        var isFor = bound is null ? model.Source.HuggingFace is not null && Same(PublicHub, address) : Parts(bound).Any(o => Same(o, address));
        if (isLabelled && isFor)
            return null;

        List<string> commands = [];
        if (!isLabelled)
            commands.Add(Command("label", secret, secret.GetLabel(Labels.SourceCredentials), $"{Labels.SourceCredentials}=true"));
        if (!isFor)
            commands.Add(Command("annotate", secret, bound, $"{Labels.SourceEndpoint}={string.Join(',', [.. Parts(bound ?? ""), Origin(address)])}"));
        var what = isLabelled ? $"is not meant for {Origin(address)}" : "is not meant for model sources";
        return new(
            Reasons.SecretNotMeantForIt,
            $"Secret \"{secret.Name()}\" of ModelVersion \"{model.Name}\" {what}, so it isn't read. If it may be sent to {Origin(address)}: {string.Join(" && ", commands)}");
    }

    private static string Command(string verb, V1Secret secret, string? existing, string change) =>
        $"kubectl {verb} secret {secret.Name()} -n {secret.Namespace()}{(existing is null ? "" : " --overwrite")} {change}";

    private static string Text(ModelSpec model) => model.Source.HuggingFace?.Endpoint ?? model.Source.Http!.BaseUrl;

    private static string Origin(Uri address) => address.GetLeftPart(UriPartial.Authority);

    private static string[] Parts(string origins) => origins.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    // What is more than an origin says something that isn't kept to, so that it allows nothing.
    private static bool Same(string origin, Uri address) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri)
        && uri is { AbsolutePath: "/", Query: "", Fragment: "", UserInfo: "" }
        && uri.Scheme == address.Scheme
        && uri.Port == address.Port
        && uri.IdnHost.Equals(address.IdnHost, StringComparison.OrdinalIgnoreCase);
}
