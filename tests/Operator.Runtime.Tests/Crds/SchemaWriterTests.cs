using System.Text.Json.Nodes;
using Rerank.Operator.Runtime.Crds;

namespace Rerank.Operator.Runtime.Tests.Crds;

public class SchemaWriterTests
{
    public static TheoryData<Type, string> Refused => new()
    {
        { typeof(WithFloat), "Ratio: must not be of type Double" },
        { typeof(WithUnboundedString), "Text: must have a greatest length" },
        { typeof(WithUnboundedList), "Items: must have a greatest number of items" },
        { typeof(WithListOfNoKind), "Items: must say what kind of list it is" },
        { typeof(WithUnboundedMap), "Labels: must have a greatest number of entries" },
        { typeof(WithMapOfObjects), "Parts: must not be a map of objects" },
        { typeof(WithUnboundedInteger), "Count: must have a minimum and a maximum" },
        { typeof(WithPhase), "must not be named \"phase\"" },
        { typeof(WithInterval), "must not be named \"pollInterval\"" },
        { typeof(WithIsPrefix), "must not be named \"isReady\"" },
        { typeof(WithLowerCaseEnum), "must not have the value \"slow\"" },
        { typeof(WithHiddenDefault), "Count: must be required, have a default or be nullable" },
        { typeof(WithRequiredDefault), "Count: must not be both required and nullable or defaulted" },
        { typeof(WithBadDefault), "Count: must not have a default that its own schema refuses" },
        { typeof(WithOpenPattern), "Text: must have a pattern with both anchors" },
        { typeof(WithEnginePattern), @"Text: must have a pattern without \s" },
        { typeof(WithItself), "must not contain itself" },
        { typeof(WithRuleOfNoMessage), "must have a message for the rule" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void WriteObject_BadType_NamesTheMemberAndTheRule(Type type, string message)
    {
        var refusal = Assert.Throws<SchemaException>(() => new SchemaWriter(docs: null).WriteObject(type, isSpec: true));

        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        Assert.StartsWith(type.Name, refusal.Member, StringComparison.Ordinal);
    }

    [Fact]
    public void WriteObject_WithoutDocComment_IsRefusedWhenDescriptionsAreWanted()
    {
        var refusal = Assert.Throws<SchemaException>(() => new SchemaWriter(new XmlDocs()).WriteObject(typeof(Undocumented), isSpec: true));

        Assert.Equal("Undocumented.Count: must have a doc comment, which becomes its description", refusal.Message);
    }

    [Fact]
    public void WriteObject_GoodType_HasWhatTheAttributesSay()
    {
        var schema = new SchemaWriter(new XmlDocs()).WriteObject(typeof(Good), isSpec: true);

        var expected = JsonNode.Parse(
            """
            {
              "type": "object",
              "required": ["name"],
              "x-kubernetes-validations": [{"rule": "self.name != 'x'", "fieldPath": ".name", "message": "must not be x"}],
              "properties": {
                "name": {"type": "string", "minLength": 1, "maxLength": 5, "pattern": "^[a-z]*$", "description": "A name such as `abc`, see `pace`."},
                "pace": {"type": "string", "enum": ["Slow", "Fast"], "default": "Slow", "description": "A pace."},
                "seconds": {"type": "integer", "format": "int64", "minimum": 0, "maximum": 9, "description": "A number."},
                "sinceTime": {"type": "string", "format": "date-time", "description": "A time."},
                "memory": {"anyOf": [{"type": "integer"}, {"type": "string"}], "x-kubernetes-int-or-string": true, "maxLength": 32, "minimum": 0,
                           "pattern": "PATTERN", "description": "An amount."},
                "labels": {"type": "object", "maxProperties": 3, "additionalProperties": {"type": "string", "maxLength": 4}, "description": "Labels."},
                "parts": {"type": "array", "minItems": 1, "maxItems": 2, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["key"],
                          "description": "Parts.",
                          "items": {"type": "object", "required": ["key"],
                                    "properties": {"key": {"type": "string", "maxLength": 4, "description": "A key."}}}},
                "inner": {"type": "object", "default": {"count": 2}, "description": "Filled in.",
                          "properties": {"count": {"type": "integer", "format": "int32", "minimum": 1, "maximum": 9, "default": 2, "description": "A count."}}},
                "raw": {"type": "object", "x-kubernetes-preserve-unknown-fields": true, "description": "Anything."}
              }
            }
            """.Replace("PATTERN", ApiConventions.QuantityPattern.Replace(@"\", @"\\", StringComparison.Ordinal), StringComparison.Ordinal));
        Assert.True(JsonNode.DeepEquals(expected, schema), schema.ToJsonString());
    }
}
