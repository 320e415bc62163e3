namespace Rerank.Contracts.Models;

/// <param name="Path">Relative, with forward slashes and no <c>..</c>; also the path below the source.</param>
/// <param name="Sha256">64 lower-case hexadecimal digits.</param>
public sealed record ModelFile(string Path, string Sha256);
