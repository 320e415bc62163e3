namespace Rerank.RerankerHost.Inference.Graphs;

internal static class Attributes
{
    public static AttributeProto? Find(NodeProto node, string name) => node.Attribute.FirstOrDefault(attribute => attribute.Name == name);
}
