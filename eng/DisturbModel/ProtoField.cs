namespace Rerank.DisturbModel;

/// <summary>One field of a protobuf message.</summary>
/// <param name="Type">The wire type: 0 a number, 1 eight bytes, 2 bytes with their length, 5 four bytes.</param>
/// <param name="Value">Of a number.</param>
/// <param name="Content">Of everything else.</param>
internal readonly record struct ProtoField(int Number, int Type, ulong Value, ReadOnlyMemory<byte> Content);
