using k8s.Models;
using Rerank.Operator.Names;

namespace Rerank.Operator.Manifests;

/// <summary>Volumes of the pods and where containers mount them. Root file systems are read-only: these are all that can be written to.</summary>
internal static class Volumes
{
    private const string ConfigName = "config";
    public const string AdminName = "admin";
    private const string SocketsName = "sockets";

    // Readable for everyone in a pod, which has one user anyway: a group would have every file of a claim change hands.
    private const int ReadOnlyForAll = 0x124; // 0444

    public static V1VolumeMount ConfigMount() => new() { Name = ConfigName, MountPath = PodPaths.Config, ReadOnlyProperty = true };

    public static V1VolumeMount AdminMount() => new() { Name = AdminName, MountPath = PodPaths.Admin, ReadOnlyProperty = true };

    public static V1VolumeMount SocketsMount() => new() { Name = SocketsName, MountPath = PodPaths.Sockets };

    public static V1VolumeMount TemporaryMount(string container) => new() { Name = $"tmp-{container}", MountPath = PodPaths.Temporary };

    public static V1VolumeMount ModelsMount(string container) => new() { Name = $"models-{container}", MountPath = PodPaths.Models };

    public static V1VolumeMount ClaimMount(string claim) => new() { Name = ClaimName(claim), MountPath = PodPaths.Claim(claim), ReadOnlyProperty = true };

    public static V1Volume Config(string configMap) => new() { Name = ConfigName, ConfigMap = new() { Name = configMap } };

    public static V1Volume Admin(string secret, int format) => new()
    {
        Name = AdminName,
        Secret = new()
        {
            SecretName = secret,
            DefaultMode = ReadOnlyForAll,
            // All its keys, where the form allows: the former token is there only for a while.
            Items = format >= PodFormat.WithBothTokens ? null : [new() { Key = PodPaths.AdminTokenKey, Path = PodPaths.AdminTokenKey }],
        },
    };

    public static V1Volume Sockets() => Empty(SocketsName);

    public static V1Volume Temporary(string container) => Empty($"tmp-{container}");

    public static V1Volume Models(string container) => Empty($"models-{container}");

    public static V1Volume Claim(string claim) => new()
    {
        Name = ClaimName(claim),
        PersistentVolumeClaim = new() { ClaimName = claim, ReadOnlyProperty = true },
    };

    private static V1Volume Empty(string name) => new() { Name = name, EmptyDir = new() };

    private static string ClaimName(string claim) => $"claim-{PipelineNames.Hash(claim)}";
}
