using System.Text.Json.Nodes;
using Rerank.Operator.Runtime.Crds;
using Rerank.Operator.Runtime.Crds.Validation;

namespace Rerank.Operator.Runtime.Tests.Crds;

public class SchemaValidatorTests
{
    private static readonly JsonObject Schema = new SchemaWriter(docs: null).WriteObject(typeof(Good), isSpec: true);

    [Theory]
    [InlineData("""{"name":"a"}""")]
    [InlineData("""{"name":"abc","pace":"Fast","seconds":9,"sinceTime":"2026-01-02T03:04:05Z","memory":"1.5Gi","labels":{"a":"b"},"parts":[{"key":"a"}]}""")]
    [InlineData("""{"name":"a","seconds":2.0,"memory":5,"raw":{"any":{"thing":[1.5,null]}}}""")]
    public void Validate_GoodObject_HasNoErrors(string json) => Assert.Empty(Errors(json));

    [Theory]
    [InlineData("{}", "name: Required value")]
    [InlineData("""{"name":"a\n"}""", "name: Invalid value: \"a\\n\": name in body should match '^[a-z]*$'")]
    [InlineData("""{"name":"abcdef"}""", "name: Too long: may not be more than 5 bytes")]
    [InlineData("""{"name":""}""", "name: Invalid value: \"\": name in body should be at least 1 chars long")]
    [InlineData("""{"name":"a","pace":"slow"}""", "pace: Unsupported value: \"slow\": supported values: \"Slow\", \"Fast\"")]
    [InlineData("""{"name":"a","seconds":1e300}""", "seconds: Invalid value: \"float64\": seconds in body must be of type int64: \"float64\"")]
    [InlineData("""{"name":"a","seconds":10}""", "seconds: Invalid value: 10: seconds in body should be less than or equal to 9")]
    [InlineData("""{"name":"a","sinceTime":"yesterday"}""", "sinceTime: Invalid value: \"yesterday\": sinceTime in body must be of type date-time: \"yesterday\"")]
    [InlineData("""{"name":"a","memory":"1 Gi"}""", "memory: Invalid value: \"1 Gi\": memory in body should match '")]
    [InlineData("""{"name":"a","memory":-1}""", "memory: Invalid value: -1: memory in body should be greater than or equal to 0")]
    [InlineData("""{"name":"a","parts":[{"key":"a"},{"key":"a"}]}""", "parts[1]: Duplicate value: {\"key\":\"a\"}")]
    [InlineData("""{"name":"a","parts":[{"key":"a","more":1}]}""", "parts[0].more: Invalid value: \"\": unknown field")]
    [InlineData("""{"name":"a","parts":[null]}""", "parts[0]: Invalid value: \"null\": parts[0] in body must be of type object: \"null\"")]
    [InlineData("""{"name":"a","labels":{"k":"12345"}}""", "labels.k: Too long: may not be more than 4 bytes")]
    public void Validate_BadObject_NamesTheField(string json, string error) =>
        Assert.Contains(Errors(json), actual => actual.StartsWith(error, StringComparison.Ordinal));

    /// <summary>A key that isn't written has its default; API servers name keys in order.</summary>
    [Theory]
    [InlineData("""{"parts":[{"name":"a"},{"name":"a","kind":"b"},{"name":"b"}]}""", null)]
    [InlineData("""{"parts":[{"name":"a"},{"name":"a","kind":""}]}""", "parts[1]: Duplicate value: {\"kind\":\"\",\"name\":\"a\"}")]
    public void Validate_ListWithTwoKeys_WantsThemOnceTogether(string json, string? error)
    {
        var schema = new SchemaWriter(docs: null).WriteObject(typeof(WithTwoKeys), isSpec: true);

        var errors = SchemaValidator.Validate(schema, SchemaDefaults.Apply(schema, JsonNode.Parse(json))).Select(found => found.ToString());

        Assert.Equal(error is null ? [] : [error], errors);
    }

    [Fact]
    public void Apply_AbsentAndNullMembers_GetTheirDefaults()
    {
        var sent = JsonNode.Parse("""{"name":"a","pace":null,"labels":null}""")!;

        var complete = SchemaDefaults.Apply(Schema, sent)!;

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"name":"a","pace":"Slow","inner":{"count":2}}"""), complete), complete.ToJsonString());
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"name":"a","pace":null,"labels":null}"""), sent));
    }

    private static IEnumerable<string> Errors(string json) =>
        SchemaValidator.Validate(Schema, SchemaDefaults.Apply(Schema, JsonNode.Parse(json))).Select(error => error.ToString());
}
