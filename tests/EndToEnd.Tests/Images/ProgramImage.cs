namespace Rerank.EndToEnd.Tests.Images;

/// <summary>A published program that shall become an image.</summary>
/// <param name="Name">Repository and tag.</param>
/// <param name="Directory">Output of <c>dotnet publish</c>.</param>
/// <param name="Assembly">File name of the program's assembly.</param>
internal sealed record ProgramImage(string Name, string Directory, string Assembly);
