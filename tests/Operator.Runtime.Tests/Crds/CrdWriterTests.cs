using k8s.Models;
using Rerank.Operator.Runtime.Crds;

namespace Rerank.Operator.Runtime.Tests.Crds;

public class CrdWriterTests
{
    [Fact]
    public void Write_Entity_HasNamesColumnsAndTheStatusSubresource()
    {
        var crd = CrdWriter.Write(typeof(Widget), new XmlDocs());

        Assert.Equal("widgets.example.com", (string?)crd["metadata"]!["name"]);
        Assert.Equal("""{"kind":"Widget","listKind":"WidgetList","plural":"widgets","singular":"widget","shortNames":["wd"]}""", crd["spec"]!["names"]!.ToJsonString());
        var version = crd["spec"]!["versions"]![0]!;
        Assert.Equal("""{"status":{}}""", version["subresources"]!.ToJsonString());
        Assert.Equal("""[{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}]""", version["additionalPrinterColumns"]!.ToJsonString());
        Assert.Equal(
            """{"type":"object","properties":{"name":{"type":"string","maxLength":20,"pattern":"^[a-z]*$"}}}""",
            version["schema"]!["openAPIV3Schema"]!["properties"]!["metadata"]!.ToJsonString());
    }

    [Theory]
    [InlineData(typeof(WithMemberBesideSpec), "Size: must be below spec or status")]
    [InlineData(typeof(WithManyColumns), "must not have more than 7 columns")]
    [InlineData(typeof(InCategoryAll), "must not be in the category \"all\"")]
    public void Write_BadEntity_IsRefused(Type entity, string message) => Assert.Contains(
        message,
        Assert.Throws<SchemaException>(() => CrdWriter.Write(entity, new XmlDocs())).Message,
        StringComparison.Ordinal);

    /// <summary>Base of entities.</summary>
    internal abstract class Entity
    {
        /// <summary>What is wanted.</summary>
        [Required]
        public GoodInner Spec { get; set; } = new();

        /// <summary>What is.</summary>
        public GoodInner? Status { get; set; }
    }

    /// <summary>A widget.</summary>
    [KubernetesEntity(Group = "example.com", ApiVersion = "v1", Kind = "Widget", PluralName = "widgets")]
    [KubernetesEntityShortNames("wd")]
    [ObjectName(20, "^[a-z]*$")]
    [GenericAdditionalPrinterColumn(".metadata.creationTimestamp", "Age", "date")]
    internal sealed class Widget : Entity;

    /// <summary>Not so.</summary>
    [KubernetesEntity(Group = "example.com", ApiVersion = "v1", Kind = "Bad", PluralName = "bads")]
    internal sealed class WithMemberBesideSpec : Entity
    {
        public int Size { get; set; }
    }

    /// <summary>Not so.</summary>
    [KubernetesEntity(Group = "example.com", ApiVersion = "v1", Kind = "Bad", PluralName = "bads")]
    [GenericAdditionalPrinterColumn(".a", "A", "string")]
    [GenericAdditionalPrinterColumn(".a", "B", "string")]
    [GenericAdditionalPrinterColumn(".a", "C", "string")]
    [GenericAdditionalPrinterColumn(".a", "D", "string")]
    [GenericAdditionalPrinterColumn(".a", "E", "string")]
    [GenericAdditionalPrinterColumn(".a", "F", "string")]
    [GenericAdditionalPrinterColumn(".a", "G", "string")]
    [GenericAdditionalPrinterColumn(".a", "H", "string")]
    internal sealed class WithManyColumns : Entity;

    /// <summary>Not so.</summary>
    [KubernetesEntity(Group = "example.com", ApiVersion = "v1", Kind = "Bad", PluralName = "bads")]
    [KubernetesEntityCategories("all")]
    internal sealed class InCategoryAll : Entity;
}
