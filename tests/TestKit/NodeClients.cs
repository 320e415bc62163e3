using System.Text.Json;
using Xunit;

namespace Rerank.TestKit;

/// <summary>
/// Scripts of <c>tests/NodeClients</c>, which use client libraries as they are published. Without Node.js, or without <c>npm ci</c> in that folder, the test
/// is skipped, or fails with REQUIRE_NODE=1.
/// </summary>
public static class NodeClients
{
    /// <returns>The JSON that the script wrote.</returns>
    public static async Task<JsonElement> RunAsync(string script, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var node = Require();
        var output = await Command.RequireAsync(node, [Repository.File("tests", "NodeClients", script), .. arguments], cancellationToken);
        using var json = JsonDocument.Parse(output);
        return json.RootElement.Clone();
    }

    private static string Require()
    {
        if (Command.Find("node") is { } node && Directory.Exists(Repository.File("tests", "NodeClients", "node_modules")))
            return node;

        const string Absent = "needs Node.js 20 and its packages: run npm ci in tests/NodeClients";
        Assert.False(Environment.GetEnvironmentVariable("REQUIRE_NODE") is "true" or "1", $"REQUIRE_NODE is set, but the test {Absent}");
        Assert.Skip(Absent);
        return "";
    }
}
