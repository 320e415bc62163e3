using Microsoft.ML.OnnxRuntime;

namespace Rerank.RerankerHost.Inference;

/// <summary>
/// What one worker thread feeds to models and reads from them: memory that is filled again for every batch, and ONNX Runtime's
/// views of it for every shape, made once.
/// </summary>
internal sealed class BatchTensors : IDisposable
{
    // Shapes come back, but each costs a few hundred bytes.
    private const int MostShapes = 1024;

    private readonly Dictionary<(int Rows, int Columns), BatchShape> _shapes = [];
    private long[] _ids = [];
    private long[] _types = [];
    private long[] _mask = [];
    private float[] _logits = [];

    [ThreadStatic]
    private static BatchTensors? _ofThisThread;

    /// <summary>The calling thread's, as long as the thread lives.</summary>
    public static BatchTensors OfThisThread => _ofThisThread ??= new BatchTensors();

    public RunOptions RunOptions { get; } = new();

    public Span<long> Ids => _ids;

    public Span<long> Types => _types;

    public Span<long> Mask => _mask;

    public ReadOnlySpan<float> Logits => _logits;

    public BatchShape Shape(int rows, int columns)
    {
        if (_shapes.TryGetValue((rows, columns), out var shape))
            return shape;
        if (_shapes.Count == MostShapes)
            Forget();
        Reserve(rows, columns);
        shape = new BatchShape(rows, columns, _ids, _types, _mask, _logits);
        _shapes.Add((rows, columns), shape);
        return shape;
    }

    public void Dispose()
    {
        Forget();
        RunOptions.Dispose();
    }

    private void Reserve(int rows, int columns)
    {
        if (rows * columns <= _ids.Length && rows <= _logits.Length)
            return;
        Forget();
        var tokens = Math.Max(rows * columns, _ids.Length);
        _ids = GC.AllocateUninitializedArray<long>(tokens, pinned: true);
        _types = GC.AllocateUninitializedArray<long>(tokens, pinned: true);
        _mask = GC.AllocateUninitializedArray<long>(tokens, pinned: true);
        _logits = GC.AllocateUninitializedArray<float>(Math.Max(rows, _logits.Length), pinned: true);
    }

    private void Forget()
    {
        foreach (var shape in _shapes.Values)
            shape.Dispose();
        _shapes.Clear();
    }
}

/// <summary>The tensors of one shape, over a worker's memory.</summary>
internal sealed class BatchShape(int rows, int columns, long[] ids, long[] types, long[] mask, float[] logits) : IDisposable
{
    private readonly OrtValue _ids = Input(ids, rows, columns);
    private readonly OrtValue _types = Input(types, rows, columns);
    private readonly OrtValue _mask = Input(mask, rows, columns);
    private readonly OrtValue _column = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, logits.AsMemory(0, rows), [rows, 1]);
    private readonly OrtValue _vector = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, logits.AsMemory(0, rows), [rows]);

    /// <param name="name">One of <see cref="OnnxGraph"/>'s.</param>
    public OrtValue Input(string name) => name switch
    {
        OnnxGraph.InputIds => _ids,
        OnnxGraph.TokenTypeIds => _types,
        _ => _mask,
    };

    /// <param name="rank">1 or 2.</param>
    public OrtValue Output(int rank) => rank == 1 ? _vector : _column;

    public void Dispose()
    {
        _ids.Dispose();
        _types.Dispose();
        _mask.Dispose();
        _column.Dispose();
        _vector.Dispose();
    }

    private static OrtValue Input(long[] values, int rows, int columns) =>
        OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, values.AsMemory(0, rows * columns), [rows, columns]);
}
