using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

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

/// <summary>The tensors of one shape, over a worker's memory. Graphs with other types than the usual ones get their own.</summary>
internal sealed class BatchShape(int rows, int columns, long[] ids, long[] types, long[] mask, float[] logits) : IDisposable
{
    private readonly InputTensor _ids = new(ids, rows, columns);
    private readonly InputTensor _types = new(types, rows, columns);
    private readonly InputTensor _mask = new(mask, rows, columns);
    private readonly OutputTensor<float> _logits = new(logits, rows);
    private OutputTensor<Float16>? _halves;
    private OutputTensor<BFloat16>? _brains;

    /// <param name="name">One of <see cref="OnnxGraph"/>'s.</param>
    /// <param name="type">Int64 or Int32.</param>
    /// <returns>With what is in the worker's memory now.</returns>
    public OrtValue Input(string name, TensorElementType type)
    {
        var input = name switch
        {
            OnnxGraph.InputIds => _ids,
            OnnxGraph.TokenTypeIds => _types,
            _ => _mask,
        };
        return type == TensorElementType.Int32 ? input.Narrowed() : input.Wide;
    }

    /// <param name="rank">1 or 2.</param>
    /// <param name="type">Float, Float16 or BFloat16.</param>
    public OrtValue Output(int rank, TensorElementType type) => type switch
    {
        TensorElementType.Float16 => (_halves ??= new(new Float16[rows], rows)).OfRank(rank),
        TensorElementType.BFloat16 => (_brains ??= new(new BFloat16[rows], rows)).OfRank(rank),
        _ => _logits.OfRank(rank),
    };

    /// <summary>Copies what a run left in <see cref="Output"/>.</summary>
    /// <param name="into">One for each pair, of which there are no more than rows.</param>
    public void ReadLogits(TensorElementType type, Span<float> into)
    {
        for (var i = 0; i < into.Length; i++)
        {
            into[i] = type switch
            {
                TensorElementType.Float16 => (float)_halves!.Values[i],
                TensorElementType.BFloat16 => (float)_brains!.Values[i],
                _ => logits[i],
            };
        }
    }

    public void Dispose()
    {
        _ids.Dispose();
        _types.Dispose();
        _mask.Dispose();
        _logits.Dispose();
        _halves?.Dispose();
        _brains?.Dispose();
    }

    private sealed class InputTensor(long[] values, int rows, int columns) : IDisposable
    {
        private OrtValue? _narrow;

        public OrtValue Wide { get; } = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, values.AsMemory(0, rows * columns), [rows, columns]);

        /// <summary>In the same memory, which is pinned and half of which is enough: of its own, that of all shapes would be a hundred MiB for long texts.</summary>
        public OrtValue Narrowed()
        {
            // A number is written where one is that has been read already.
            var narrow = MemoryMarshal.Cast<long, int>(values.AsSpan(0, rows * columns));
            for (var i = 0; i < rows * columns; i++)
                narrow[i] = (int)values[i];
            return _narrow ??= OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance, TensorElementType.Int32, [rows, columns], Marshal.UnsafeAddrOfPinnedArrayElement(values, 0), rows * columns * sizeof(int));
        }

        public void Dispose()
        {
            Wide.Dispose();
            _narrow?.Dispose();
        }
    }

    private sealed class OutputTensor<T>(T[] values, int rows) : IDisposable
        where T : unmanaged
    {
        private readonly OrtValue _column = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, values.AsMemory(0, rows), [rows, 1]);
        private readonly OrtValue _vector = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, values.AsMemory(0, rows), [rows]);

        public T[] Values => values;

        public OrtValue OfRank(int rank) => rank == 1 ? _vector : _column;

        public void Dispose()
        {
            _column.Dispose();
            _vector.Dispose();
        }
    }
}
