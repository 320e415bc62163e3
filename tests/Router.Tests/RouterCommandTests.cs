using System.CommandLine;
using Rerank.Programs.Logs;

namespace Rerank.Router.Tests;

public sealed class RouterCommandTests
{
    [Fact]
    public void Read_Variables_StandForOptionsAndTheCommandLineWins()
    {
        var command = Command(("RERANK_ROUTER_DRAIN_SECONDS", "7"), ("RERANK_ROUTER_URLS", "http://+:1"), ("RERANK_ROUTER_LOG_FORMAT", "json"));

        var options = command.Read(command.Command.Parse(["--urls", "http://+:2"]));

        Assert.Equal(("http://+:2", TimeSpan.FromSeconds(7), LogFormat.Json), (options.Urls, options.Drain, options.LogFormat));
    }

    [Fact]
    public void Parse_VariableOfAnotherType_IsAnErrorThatNamesIt() => Assert.Equal(
        "RERANK_ROUTER_DRAIN_SECONDS: soon is not a whole number",
        Assert.Single(Command(("RERANK_ROUTER_DRAIN_SECONDS", "soon")).Command.Parse([]).Errors).Message);

    [Fact]
    public void Help_HasExamplesAndEveryOptionWithItsVariable()
    {
        using var output = new StringWriter();

        var code = Command().Command.Parse(["--help"]).Invoke(new InvocationConfiguration { Output = output });

        Assert.Equal(0, code);
        Assert.Contains("Examples:\n  Router --routing-table table.json\n", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("  --drain-seconds (default: 3)  RERANK_ROUTER_DRAIN_SECONDS\n", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("  --otlp-endpoint VALUE  RERANK_ROUTER_OTLP_ENDPOINT\n", output.ToString(), StringComparison.Ordinal);
    }

    private static RouterCommand Command(params (string Name, string Value)[] variables) =>
        new(name => variables.Where(variable => variable.Name == name).Select(variable => variable.Value).SingleOrDefault());
}
