using System.Text.Json.Nodes;
using Rerank.Operator.Runtime.Crds.Yaml;

namespace Rerank.Operator.Runtime.Tests.Crds;

public class YamlTests
{
    [Theory]
    [InlineData("""{"b":[{"d":1,"c":[]},{"e":{"f":"x"}},"g"],"a":{}}""")]
    [InlineData("""["true","Yes","n","~","null","1","1.5","-","1e3",".5","0x10","0b1","1_000","",". ","a: b","a #b","#a","*a","&a","!a","a\nb"," a","ä","'","\"","[a]","{a}","a,b","@a","%a","2020-01-01","=","<<"]""")]
    [InlineData("""{"true":true,"no":false,"1":null,"a b":-5}""")]
    [InlineData("""[[1,[2]],[],{}]""")]
    public void Write_AnyJson_IsReadBackAsItWas(string json)
    {
        var node = JsonNode.Parse(json)!;

        var read = Assert.Single(YamlReader.Read(YamlWriter.Write(node)));

        Assert.True(JsonNode.DeepEquals(node, read), $"{YamlWriter.Write(node)}\n{read.ToJsonString()}");
    }

    [Fact]
    public void Write_SameContentInAnotherOrder_IsTheSameText() => Assert.Equal(
        YamlWriter.Write(JsonNode.Parse("""{"a":1,"b":{"c":2,"d":3}}""")!),
        YamlWriter.Write(JsonNode.Parse("""{"b":{"d":3,"c":2},"a":1}""")!));

    [Fact]
    public void Read_SeveralDocuments_LeavesEmptyOnesOut() =>
        Assert.Equal(["""{"a":1}""", """{"b":"2"}"""], YamlReader.Read("# x\n---\na: 1\n---\n---\nb: '2'\n").Select(document => document.ToJsonString()));

    [Fact]
    public void Read_WordsOfYaml_AreWhatKubectlTakesThemFor() =>
        Assert.Equal("[true,true,false,null,1,1.5,\"1x\",\"yes\"]", YamlReader.Read("[yes, On, n, ~, 1, 1.5, 1x, 'yes']").Single().ToJsonString());

    [Theory]
    [InlineData("a: 1\na: 2", "line 2")]
    [InlineData("a: &x 1\nb: *x", "anchors")]
    [InlineData("a: !!str 1", "tags")]
    [InlineData("a: [", "line 2")]
    [InlineData("a:\n\t- b", "line 1")]
    [InlineData("? [a]\n: b", "line 1")]
    public void Read_WhatIsNotReadHere_IsAnErrorWithItsLine(string text, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => YamlReader.Read(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_DeepNesting_IsAnError() =>
        Assert.Throws<FormatException>(() => YamlReader.Read(new string('[', 1000) + new string(']', 1000)));
}
