namespace Rerank.TestKit;

/// <summary>Renders the Helm chart, with Helm where it is installed and else with the test environment's renderer.</summary>
public static class ChartRenderer
{
    public const string Release = "rerank-operator";
    public const string Namespace = "rerank-system";

    private static readonly string Chart = Repository.File("charts", "rerank-operator");

    /// <summary>Rendered YAML. Fails when the chart refuses the values.</summary>
    public static async Task<string> RenderAsync(CancellationToken cancellationToken, params string[] options)
    {
        var result = await TryRenderAsync(cancellationToken, options);
        return result.ExitCode == 0 ? result.Output : throw new InvalidOperationException($"the chart doesn't render:\n{result.Error}");
    }

    /// <param name="options"><c>--set a.b=c</c>, <c>--namespace NS</c>, <c>--api-versions V</c>, which both tools know.</param>
    public static Task<CommandResult> TryRenderAsync(CancellationToken cancellationToken, params string[] options)
    {
        string[] place = options.Contains("--namespace") ? [] : ["--namespace", Namespace];
        return Command.Find("helm") is { } helm
            ? Command.RunAsync(helm, ["template", Release, Chart, .. place, .. options], cancellationToken)
            : Command.RunAsync(TestEnvironment.Tool("chartrender"), [Chart, "--name", Release, .. place, .. options], cancellationToken);
    }
}
