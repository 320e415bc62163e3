using Google.Protobuf;
using Rerank.RerankerHost.Inference.Graphs;

namespace Rerank.RerankerHost.Tests.Inference.Graphs;

public class ModelGraphTests
{
    [Fact]
    public void Read_Model_LeavesItsWeightsInTheFile()
    {
        var path = Path.Combine(TestFiles.Model("tiny"), "model.onnx");
        var bytes = File.ReadAllBytes(path);
        var whole = ModelProto.Parser.ParseFrom(bytes);

        var model = ModelGraph.Read(path)!;

        Assert.InRange(model.CalculateSize(), 1, bytes.Length / 20);
        Assert.Equal(whole.Graph.Node, model.Graph.Node);
        Assert.Equal(whole.Graph.Initializer.Select(tensor => tensor.Name), model.Graph.Initializer.Select(tensor => tensor.Name));
        foreach (var (expected, tensor) in whole.Graph.Initializer.Zip(model.Graph.Initializer))
        {
            Assert.Equal(expected.Dims, tensor.Dims);
            if (tensor.HasRawData)
            {
                Assert.Equal(expected, tensor);
                continue;
            }

            var place = tensor.ExternalData.ToDictionary(entry => entry.Key, entry => entry.Value);
            Assert.Equal("model.onnx", place["location"]);
            Assert.Equal(expected.RawData, ByteString.CopyFrom(bytes, int.Parse(place["offset"]), int.Parse(place["length"])));
        }
    }

    [Fact]
    public void Read_WhatItDoesNotKnow_IsKept()
    {
        using var folder = new TestModelFolder();
        var path = Path.Combine(folder.Path, "model.onnx");
        byte[] producer = [(2 << 3) | 2, 3, .. "own"u8];
        byte[] model = [.. OnnxModel.OfFirstToken(), .. producer];
        File.WriteAllBytes(path, model);

        Assert.Equal(ModelProto.Parser.ParseFrom(model).ToByteArray().Length, ModelGraph.Read(path)!.ToByteArray().Length + InFile(path));
        Assert.NotEqual(-1, ModelGraph.Read(path)!.ToByteArray().AsSpan().IndexOf(producer));
    }

    [Fact]
    public void Of_AnyBytes_GivesAGraphOrNone()
    {
        using var folder = new TestModelFolder();
        var path = Path.Combine(folder.Path, "model.onnx");
        var random = new Random(7);
        var graphs = 0;
        for (var i = 0; i < 2000; i++)
        {
            var bytes = OnnxModel.OfFirstToken();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                // Weights are most of the file, and any will do: what says how it is built is at both of its ends.
                var place = random.Next(600);
                bytes[random.Next(2) == 0 ? place : bytes.Length - 1 - place] = (byte)random.Next(256);
            }

            File.WriteAllBytes(path, random.Next(10) == 0 ? bytes[..random.Next(bytes.Length)] : bytes);
            if (FirstTokenGraph.Of(path, roundedAnew: true) is not null)
                graphs++;
        }

        Assert.InRange(graphs, 200, 1800);
    }

    /// <summary>By how much the model is smaller that leaves its weights in the file.</summary>
    private static int InFile(string path)
    {
        var whole = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        return whole.CalculateSize() - ModelGraph.Read(path)!.CalculateSize();
    }
}
