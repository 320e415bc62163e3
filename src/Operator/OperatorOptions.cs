using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Rerank.Programs.Logs;

namespace Rerank.Operator;

/// <summary>Settings of the operator: section <c>Operator</c> of the configuration, <c>Operator__NAME</c> in the environment.</summary>
internal sealed class OperatorOptions
{
    public const string Section = "Operator";

    [Required]
    [ValidateObjectMembers(typeof(ImageOptionsValidator))]
    public ImageOptions Images { get; set; } = new();

    [Required]
    [ValidateObjectMembers(typeof(EngineOptionsValidator))]
    public EngineOptions Engine { get; set; } = new();

    /// <summary>IfNotPresent, Always or Never; of the pods that the operator makes.</summary>
    [AllowedValues("IfNotPresent", "Always", "Never")]
    public string ImagePullPolicy { get; set; } = "IfNotPresent";

    /// <summary>Names of Secrets in the pipelines' namespaces with which the images are pulled.</summary>
    public string[] ImagePullSecrets { get; set; } = [];

    /// <summary>Whether containers of which a pipeline says nothing ask for CPU and memory all the same (<see cref="Manifests.DefaultResources"/>).</summary>
    public bool DefaultResources { get; set; } = true;

    /// <summary>Namespace that the operator itself runs in; absent outside a cluster. Network policies let its pods in.</summary>
    public string? Namespace { get; set; }

    /// <summary>How the operator and the pods that it makes write their messages; <c>run --log-format</c> decides for the operator itself.</summary>
    public LogFormat LogFormat { get; set; } = LogFormat.Text;

    /// <summary>Collector that routers and hosts send traces to by OTLP; null or empty: none.</summary>
    public string? OtlpEndpoint { get; set; }

    /// <summary>By which hosts reach the sources of models.</summary>
    public ProxyOptions Proxy { get; set; } = new();

    /// <summary>Time for a router or host to say what it does. A look ends when all have answered, or after this time; and when the first has answered, after less than a third of it.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan StatusTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Time for a router or host to take what it is told.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan PushTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Time for one query of a Prometheus metric.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan PrometheusTimeout { get; set; } = TimeSpan.FromSeconds(5);
}

internal sealed class EngineOptions
{
    /// <summary>How many pipelines try other images of router and host at the same time.</summary>
    [Range(1, 10_000)]
    public int MaxPipelines { get; set; } = 5;
}

/// <summary>As the variables <c>HTTP_PROXY</c>, <c>HTTPS_PROXY</c> and <c>NO_PROXY</c>; null or empty: none.</summary>
internal sealed class ProxyOptions
{
    public string? Http { get; set; }

    public string? Https { get; set; }

    public string? NoProxy { get; set; }

    public IEnumerable<(string Name, string Value)> Variables => new[] { ("HTTP_PROXY", Http), ("HTTPS_PROXY", Https), ("NO_PROXY", NoProxy) }
        .Where(v => !string.IsNullOrWhiteSpace(v.Item2))
        .Select(v => (v.Item1, v.Item2!));

    // Addresses of proxies may have a password.
    public override string ToString() => "proxies";
}

internal sealed class ImageOptions
{
    [Required]
    public string Router { get; set; } = "rerank/router:0.1.0";

    [Required]
    public string RerankerHost { get; set; } = "rerank/reranker-host:0.1.0";

    /// <summary>For tiers with GPUs.</summary>
    [Required]
    public string RerankerHostCuda { get; set; } = "rerank/reranker-host:0.1.0-cuda";
}
