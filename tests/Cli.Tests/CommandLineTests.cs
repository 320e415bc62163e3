using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Rerank.TestKit;

namespace Rerank.Cli.Tests;

/// <summary>Whole commands, against a server that answers as a test says.</summary>
public sealed class CommandLineTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData("status")]
    [InlineData("status search -w -o json")]
    [InlineData("status search -o xml")]
    [InlineData("approve search --stop canary")]
    [InlineData("model create m --from x --truncation Never")]
    [InlineData("unheard search")]
    public async Task Run_NotUnderstood_Ends2(string arguments)
    {
        await using var person = await Person.StartAsync(_ => Task.CompletedTask, Cancel);

        Assert.Equal(2, await person.RunAsync(arguments));
        Assert.NotEmpty(person.Errors);
    }

    [Fact]
    public async Task Run_Help_Ends0()
    {
        await using var person = await Person.StartAsync(_ => Task.CompletedTask, Cancel);

        Assert.Equal(0, await person.RunAsync("status --help"));
        Assert.Contains("--watch", person.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NoPipeline_Ends1AndSaysWhatToDo()
    {
        await using var person = await Person.StartAsync(http => Refuse(http, 404, "NotFound", "rerankpipelines.rerank.dev \"search\" not found"), Cancel);

        Assert.Equal(1, await person.RunAsync("status search -n shop"));
        Assert.StartsWith("error: there is no pipeline \"search\" in namespace \"shop\": `kubectl get rerankpipelines -A`", person.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "Unauthorized", "log in again")]
    [InlineData(403, "Forbidden", "Ask for a role")]
    [InlineData(422, "Invalid", "the server refuses it: no")]
    public async Task Run_Refused_Ends1AndSaysWhatToDo(int code, string reason, string expected)
    {
        await using var person = await Person.StartAsync(http => Refuse(http, code, reason, "no"), Cancel);

        Assert.Equal(1, await person.RunAsync("history search"));
        Assert.Contains(expected, person.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NoServer_Ends1AndSaysWhatToDo()
    {
        var person = await Person.StartAsync(_ => Task.CompletedTask, Cancel);
        await person.StopServerAsync();

        await using (person)
        {
            Assert.Equal(1, await person.RunAsync("status search"));
            Assert.Contains("the server can't be reached", person.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Run_NoKubeconfig_Ends1AndSaysWhatToDo()
    {
        await using var person = await Person.StartAsync(_ => Task.CompletedTask, Cancel);

        Assert.Equal(1, await person.RunAsync("status search --kubeconfig /nowhere/at/all"));
        Assert.Contains("/nowhere/at/all doesn't exist", person.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Status_ShowsPipelineAndReport()
    {
        await using var person = await Person.StartAsync(
            http => http.Request.Path.ToString() switch
            {
                "/apis/rerank.dev/v1alpha1/namespaces/shop/rerankpipelines/search" => Write(http, Sample.Json(Sample.PathOf("rolling", "pipeline.json"))),
                "/api/v1/namespaces/shop/configmaps/search-f6e5d4c3b2-report" => Write(http, ReportMap()),
                var path => Refuse(http, 404, "NotFound", path),
            },
            Cancel);

        Assert.Equal(0, await person.RunAsync("status search -n shop"));
        Assert.Equal(await File.ReadAllTextAsync(Repository.File(Sample.PathOf("rolling", "status.txt")), Cancel), person.Output);
    }

    private static JsonObject ReportMap() => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = new JsonObject { ["name"] = "search-f6e5d4c3b2-report" },
        ["data"] = new JsonObject { ["report.json"] = Sample.Json(Sample.PathOf("rolling", "report.json")).ToJsonString() },
    };

    private static Task Write(HttpContext http, JsonObject answer)
    {
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(answer.ToJsonString());
    }

    private static Task Refuse(HttpContext http, int code, string reason, string message)
    {
        http.Response.StatusCode = code;
        return Write(http, new() { ["kind"] = "Status", ["apiVersion"] = "v1", ["code"] = code, ["reason"] = reason, ["message"] = message });
    }
}
