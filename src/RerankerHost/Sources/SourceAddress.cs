using Rerank.Contracts.Models;

namespace Rerank.RerankerHost.Sources;

/// <summary>Where a file of a model is.</summary>
internal static class SourceAddress
{
    public static bool IsRemote(ModelSource source) => source.Http is not null || source.HuggingFace is not null;

    public static bool RequiresCredential(ModelSource source) =>
        source.Http?.RequiresCredential == true || source.HuggingFace?.RequiresCredential == true;

    public static Uri Of(ModelSource source, string path) => source switch
    {
        { Http: { } http } => Join(http.BaseUrl, path),
        { HuggingFace: { } hub } => Join(hub.Endpoint, $"{hub.Repository}/resolve/{hub.Revision}/{path}"),
        _ => throw new ArgumentException("the source has no address", nameof(source)),
    };

    private static Uri Join(string address, string path) =>
        new($"{address.TrimEnd('/')}/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}");
}
