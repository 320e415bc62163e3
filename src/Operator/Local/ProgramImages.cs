namespace Rerank.Operator.Local;

/// <summary>Stands in for container images: which program a container of the operator's manifests runs.</summary>
internal sealed class ProgramImages
{
    private readonly string _root;

    /// <param name="operatorDirectory">Where this program's own assembly is.</param>
    public ProgramImages(string operatorDirectory)
    {
        // The build lays programs side by side: .../bin/Operator/release, .../bin/Router/release.
        var flavour = Path.GetFileName(operatorDirectory.TrimEnd(Path.DirectorySeparatorChar));
        _root = Path.GetFullPath(Path.Combine(operatorDirectory, "..", ".."));
        Router = Assembly("Router", flavour);
        RerankerHost = Assembly("RerankerHost", flavour);
    }

    public string Router { get; }

    public string RerankerHost { get; }

    /// <summary>Path of the assembly that a container with this image runs.</summary>
    public string Resolve(string? image) => image switch
    {
        LocalImages.Router => Router,
        LocalImages.RerankerHost => RerankerHost,
        _ => throw new InvalidOperationException($"local mode has no program for the image \"{image}\""),
    };

    private string Assembly(string program, string flavour)
    {
        var path = Path.Combine(_root, program, flavour, $"{program}.dll");
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException(
                $"{path} isn't there: local mode runs the programs that `dotnet run --project src/Operator` builds beside the operator.", path);
    }
}

/// <summary>The image names with which the operator's manifests are made in local mode.</summary>
internal static class LocalImages
{
    public const string Router = "local/router";
    public const string RerankerHost = "local/reranker-host";
}
