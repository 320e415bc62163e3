using System.Text.Json.Nodes;

namespace Rerank.Cli.Models;

/// <summary>Where hosts find the files of a folder of this machine: they can't see the folder itself.</summary>
internal static class FolderSource
{
    /// <exception cref="CommandFailure">Not exactly one place is named.</exception>
    public static JsonObject Of(string? claim, string? http, string? bundled) => (claim, http, bundled) switch
    {
        ({ } volume, null, null) => new() { ["persistentVolumeClaim"] = Claim(volume.Split('/', 2)) },
        (null, { } address, null) => new() { ["http"] = new JsonObject { ["baseURL"] = address.TrimEnd('/') } },
        (null, null, { } name) => new() { ["bundled"] = new JsonObject { ["name"] = name } },
        _ => throw new CommandFailure(
            "hosts can't read a folder of this machine: say where they find its files, with one of --claim CLAIM[/PATH], --http URL and --bundled NAME"),
    };

    private static JsonObject Claim(string[] parts)
    {
        var claim = new JsonObject { ["claimName"] = parts[0] };
        if (parts is [_, { Length: > 0 } path])
            claim["path"] = path.TrimEnd('/');
        return claim;
    }
}
