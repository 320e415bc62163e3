using System.Globalization;
using Google.Protobuf;

namespace Rerank.RerankerHost.Inference.Graphs;

/// <summary>Reads a model file without its weights: they stay there, and the model in memory says where each lies in the file.</summary>
internal sealed class ModelGraph
{
    /// <summary>The key, among a tensor's external data, of its file's name.</summary>
    public const string Location = "location";

    // What is smaller stays in the graph: shapes and scales, at which ONNX Runtime looks while it optimizes.
    private const int InlineBytes = 1024;
    private const int MaxGraphBytes = 64 << 20;
    private const int External = 1;

    private readonly ProtobufFile _file;
    private readonly string _fileName;
    private long _bytes;

    private ModelGraph(ProtobufFile file, string fileName)
    {
        _file = file;
        _fileName = fileName;
    }

    /// <returns>Null: the file holds no ONNX model, or one whose graph is large without its weights.</returns>
    public static ModelProto? Read(string path)
    {
        using var file = new ProtobufFile(path);
        try
        {
            var model = new ModelGraph(file, Path.GetFileName(path)).ReadModel();
            return model.Graph is null ? null : model;
        }
        catch (Exception e) when (e is InvalidDataException or InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private ModelProto ReadModel()
    {
        var model = new ModelProto();
        using var rest = new MemoryStream();
        while (_file.Next(_file.Length) is { } field)
        {
            if (field is not { IsBytes: true, Number: ModelProto.GraphFieldNumber })
                Keep(field, rest);
            else if (model.Graph is null)
                model.Graph = ReadGraph(field.End);
            else
                throw new InvalidDataException("the model has more graphs than one");
        }

        return Merge(model, rest);
    }

    private GraphProto ReadGraph(long end)
    {
        var graph = new GraphProto();
        using var rest = new MemoryStream();
        while (_file.Next(end) is { } field)
        {
            if (field is { IsBytes: true, Number: GraphProto.InitializerFieldNumber })
                graph.Initializer.Add(ReadTensor(field.End));
            else
                Keep(field, rest);
        }

        return Merge(graph, rest);
    }

    private TensorProto ReadTensor(long end)
    {
        var tensor = new TensorProto();
        using var rest = new MemoryStream();
        while (_file.Next(end) is { } field)
        {
            if (field is { IsBytes: true, Number: TensorProto.RawDataFieldNumber, Length: > InlineBytes })
                LeaveInFile(field, tensor);
            else
                Keep(field, rest);
        }

        return Merge(tensor, rest);
    }

    private void LeaveInFile(ProtobufField data, TensorProto tensor)
    {
        _file.Skip(data);
        tensor.DataLocation = External;
        Say(Location, _fileName);
        Say("offset", data.Content.ToString(CultureInfo.InvariantCulture));
        Say("length", data.Length.ToString(CultureInfo.InvariantCulture));

        void Say(string key, string value) => tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
    }

    private void Keep(ProtobufField field, MemoryStream rest)
    {
        _bytes += field.End - field.Start;
        if (_bytes > MaxGraphBytes)
            throw new InvalidDataException($"the graph has more than {MaxGraphBytes} bytes without its weights");
        _file.Copy(field, rest);
    }

    private static T Merge<T>(T message, MemoryStream rest)
        where T : IMessage
    {
        rest.Position = 0;
        message.MergeFrom(rest);
        return message;
    }
}
