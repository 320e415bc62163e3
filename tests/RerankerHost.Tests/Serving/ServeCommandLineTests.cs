using System.CommandLine;
using Rerank.Contracts.Models;
using Rerank.Programs.Logs;
using Rerank.RerankerHost.Serving;

namespace Rerank.RerankerHost.Tests.Serving;

public sealed class ServeCommandLineTests
{
    [Fact]
    public void Read_Variables_StandForOptions()
    {
        var options = Read(
            [],
            ("RERANK_HOST_MAX_DOCUMENTS", "7"), ("RERANK_HOST_URLS", "http://+:1;http://+:2"), ("RERANK_HOST_MODEL_SET", "set.json"), ("RERANK_HOST_DRAIN_SECONDS", "3"), ("RERANK_HOST_THREADS", "3"),
            ("RERANK_HOST_LOG_FORMAT", "JSON"), ("RERANK_HOST_OTLP_ENDPOINT", "http://collector:4317"), ("RERANK_ROUTER_URLS", "http://+:3"));

        Assert.Equal(7, options.Limits.MaxDocuments);
        Assert.Equal(["http://+:1", "http://+:2"], options.Urls);
        Assert.Equal(("set.json", TimeSpan.FromSeconds(3)), (options.ModelSetFile, options.Drain));
        Assert.Equal((LogFormat.Json, "http://collector:4317"), (options.LogFormat, options.OtlpEndpoint));
        Assert.Equal((3, new ServeOptions().MaxQueue), (options.Threads, options.MaxQueue));
        Assert.Equal([ExecutionProvider.CUDA, ExecutionProvider.CPU], options.ExecutionProviders);
        Assert.False(options.Cuda.AllowTf32);
    }

    [Fact]
    public void Read_OptionsOfProviders_AreThoseOfModelsByHand()
    {
        var options = Read(["--execution-providers", "cpu"], ("RERANK_HOST_CUDA_TF32", "on"));

        Assert.Equal([ExecutionProvider.CPU], options.ExecutionProviders);
        Assert.True(options.Cuda.AllowTf32);
    }

    [Fact]
    public void Read_CommandLine_WinsOverVariables() =>
        Assert.Equal(5, Read(["--max-documents", "5"], ("RERANK_HOST_MAX_DOCUMENTS", "7")).Limits.MaxDocuments);

    [Fact]
    public void Read_EmptyVariables_AreNone()
    {
        var options = Read([], ("RERANK_HOST_MAX_DOCUMENTS", ""), ("RERANK_HOST_URLS", ""), ("RERANK_HOST_LOG_FORMAT", ""));

        Assert.Equal((new ServeOptions().Limits.MaxDocuments, LogFormat.Text), (options.Limits.MaxDocuments, options.LogFormat));
        Assert.Equal(new ServeOptions().Urls, options.Urls);
    }

    [Theory]
    [InlineData("RERANK_HOST_MAX_DOCUMENTS", "many", "RERANK_HOST_MAX_DOCUMENTS: many is not a whole number")]
    [InlineData("RERANK_HOST_MAX_FILE_BYTES", "1.5", "RERANK_HOST_MAX_FILE_BYTES: 1.5 is not a whole number")]
    [InlineData("RERANK_HOST_LOG_FORMAT", "xml", "RERANK_HOST_LOG_FORMAT: xml is not text or json")]
    public void Parse_VariableOfAnotherType_IsAnErrorThatNamesIt(string variable, string value, string expected) =>
        Assert.Equal(expected, Assert.Single(CommandLine((variable, value)).Command.Parse([]).Errors).Message);

    [Fact]
    public void Parse_WrongVariable_DoesNotMatterWhereTheCommandLineDecides() =>
        Assert.Empty(CommandLine(("RERANK_HOST_MAX_DOCUMENTS", "many")).Command.Parse(["--max-documents", "5"]).Errors);

    [Theory]
    [InlineData("RERANK_HOST_MAX_DOCUMENTS", "0", "--max-documents (from RERANK_HOST_MAX_DOCUMENTS): 0 is not between 1 and 100000")]
    [InlineData("RERANK_HOST_ADMIN_TOKEN_FILE", "t", "--admin-token-file (from RERANK_HOST_ADMIN_TOKEN_FILE) has no use without --admin-urls")]
    [InlineData("RERANK_HOST_OTLP_ENDPOINT", "here", "--otlp-endpoint (from RERANK_HOST_OTLP_ENDPOINT): here is not an address such as http://collector:4317")]
    public void Problems_OfVariables_NameThem(string variable, string value, string expected)
    {
        var commandLine = CommandLine((variable, value));
        var result = commandLine.Command.Parse([]);

        Assert.Contains(expected, commandLine.Problems(result, commandLine.Read(result)));
    }

    [Fact]
    public void Problems_OfTheCommandLine_NameItAlone()
    {
        var commandLine = CommandLine(("RERANK_HOST_MAX_DOCUMENTS", "7"));
        var result = commandLine.Command.Parse(["--max-documents", "0"]);

        Assert.Contains("--max-documents: 0 is not between 1 and 100000", commandLine.Problems(result, commandLine.Read(result)));
    }

    [Fact]
    public void Help_HasExamplesAndEveryOptionWithItsDefaultAndVariable()
    {
        var commandLine = CommandLine();
        var root = new RootCommand { commandLine.Command };
        using var output = new StringWriter();

        var code = root.Parse(["serve", "--help"]).Invoke(new InvocationConfiguration { Output = output });

        var help = output.ToString();
        Assert.Equal(0, code);
        Assert.Contains("Examples:\n  RerankerHost serve models/tiny\n", help, StringComparison.Ordinal);
        Assert.Contains("\nLimits:\n", help, StringComparison.Ordinal);
        Assert.Contains("  --max-documents (default: 1000)  RERANK_HOST_MAX_DOCUMENTS\n      Most documents of a request.\n", help, StringComparison.Ordinal);
        Assert.Contains("  --model-set VALUE  RERANK_HOST_MODEL_SET\n", help, StringComparison.Ordinal);
        Assert.Contains("  --log-format (default: text)  RERANK_HOST_LOG_FORMAT\n", help, StringComparison.Ordinal);
        Assert.All(
            commandLine.Command.Options.Where(option => option is not System.CommandLine.Help.HelpOption),
            option => Assert.Equal(2, help.Split($"  {option.Name} ").Length));
        Assert.DoesNotContain(help.Split('\n'), line => line.Length > 160);
    }

    private static ServeOptions Read(string[] args, params (string Name, string Value)[] variables)
    {
        var commandLine = CommandLine(variables);
        var result = commandLine.Command.Parse(args);
        Assert.Empty(result.Errors);
        return commandLine.Read(result);
    }

    private static ServeCommandLine CommandLine(params (string Name, string Value)[] variables) =>
        new(name => variables.Where(variable => variable.Name == name).Select(variable => variable.Value).SingleOrDefault());
}
