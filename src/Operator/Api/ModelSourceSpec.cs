using Rerank.Contracts.Models;
using Rerank.Operator.Runtime.Crds;

namespace Rerank.Operator.Api;

[ValidationRule(
    "(has(self.bundled) ? 1 : 0) + (has(self.http) ? 1 : 0) + (has(self.huggingFace) ? 1 : 0) + (has(self.persistentVolumeClaim) ? 1 : 0) == 1",
    message: "must have exactly one of `bundled`, `http`, `huggingFace` and `persistentVolumeClaim`")]
internal sealed class ModelSourceSpec
{
    /// <summary>A demonstration model inside the RerankerHost image.</summary>
    public BundledSourceSpec? Bundled { get; set; }

    /// <summary>Files below a web address.</summary>
    public HttpSourceSpec? Http { get; set; }

    /// <summary>A repository of the Hugging Face hub, or of a server that answers like it.</summary>
    public HuggingFaceSourceSpec? HuggingFace { get; set; }

    /// <summary>A folder of a claim in the same namespace, mounted read-only into the hosts.</summary>
    public ClaimSourceSpec? PersistentVolumeClaim { get; set; }
}

internal sealed class BundledSourceSpec
{
    /// <summary>Name of the bundled model, such as `tiny`.</summary>
    [Required]
    [Length(1, 63)]
    [Pattern("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")]
    public string Name { get; set; } = "";
}

internal sealed class HttpSourceSpec
{
    /// <summary>Address below which the files are: a file is at this address, a slash and its path.</summary>
    [Required]
    [Length(1, 2048)]
    [Pattern(Patterns.WebAddress)]
    public string BaseURL { get; set; } = "";

    /// <summary>Secret in the same namespace with `token`, or with `username` and `password`. It must have the label `rerank.dev/source-credentials: "true"`, and in its annotation `rerank.dev/endpoint` the source's origin, such as `https://files.example.com`; other Secrets aren't read. Credentials are sent over https only.</summary>
    public SecretRef? CredentialsSecretRef { get; set; }
}

internal sealed class HuggingFaceSourceSpec
{
    /// <summary>Organisation and model, such as `cross-encoder/ms-marco-MiniLM-L6-v2`.</summary>
    [Required]
    [Length(1, 2 * ModelLimits.MaxRepositoryPartLength + 1)]
    [Pattern("^[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}$")]
    public string Repository { get; set; } = "";

    /// <summary>Commit, 40 lower-case hexadecimal digits. Branches and tags move, so they aren't accepted.</summary>
    [Required]
    [Length(40, 40)]
    [Pattern("^[0-9a-f]{40}$")]
    public string Revision { get; set; } = "";

    /// <summary>Address of the hub, or of a mirror.</summary>
    [DefaultValue("https://huggingface.co")]
    [Length(1, 2048)]
    [Pattern(Patterns.WebAddress)]
    public string Endpoint { get; set; } = "https://huggingface.co";

    /// <summary>Secret in the same namespace that holds an access token. It must have the label `rerank.dev/source-credentials: "true"`, and for another `endpoint` than the public hub the annotation `rerank.dev/endpoint` with its origin; other Secrets aren't read. Tokens are sent over https only.</summary>
    public SecretKeyRef? TokenSecretRef { get; set; }
}

internal sealed class ClaimSourceSpec
{
    /// <summary>Name of the PersistentVolumeClaim.</summary>
    [Required]
    [Length(1, 253)]
    [Pattern(Patterns.Subdomain)]
    public string ClaimName { get; set; } = "";

    /// <summary>Folder inside the volume; absent: its root.</summary>
    [Length(1, 256)]
    [Pattern(Patterns.FilePath)]
    public string? Path { get; set; }
}

internal sealed class SecretRef
{
    /// <summary>Name of the Secret.</summary>
    [Required]
    [Length(1, 253)]
    [Pattern(Patterns.Subdomain)]
    public string Name { get; set; } = "";
}

internal sealed class SecretKeyRef
{
    /// <summary>Name of the Secret.</summary>
    [Required]
    [Length(1, 253)]
    [Pattern(Patterns.Subdomain)]
    public string Name { get; set; } = "";

    /// <summary>Key inside the Secret.</summary>
    [DefaultValue("token")]
    [Length(1, 253)]
    [Pattern("^[-._a-zA-Z0-9]+$")]
    public string Key { get; set; } = "token";
}
