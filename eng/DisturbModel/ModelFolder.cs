using System.Security.Cryptography;

namespace Rerank.DisturbModel;

/// <summary>A model's folder that is read, and the one that is written.</summary>
internal sealed record ModelFolder(string Source, string Target, string ModelFile)
{
    private const string Tokenizer = "tokenizer.json";

    // What a host that is started by hand reads besides.
    private static readonly string[] Settings = ["config.json", "tokenizer_config.json"];

    /// <summary>Writes the model's file disturbed and the rest as it is. There is no golden.json with it: a host would then refuse the model.</summary>
    public void Write(Func<OnnxFile, OnnxFile> disturb) => Write(disturb, tokenizer => tokenizer);

    public void Write(Func<OnnxFile, OnnxFile> disturb, Func<byte[], byte[]> disturbTokenizer)
    {
        Directory.CreateDirectory(Target);
        File.WriteAllBytes(Path.Combine(Target, ModelFile), disturb(OnnxFile.Read(File.ReadAllBytes(Path.Combine(Source, ModelFile)))).ToBytes());
        File.WriteAllBytes(Path.Combine(Target, Tokenizer), disturbTokenizer(ReadTokenizer()));
        foreach (var file in Settings.Where(file => File.Exists(Path.Combine(Source, file))))
            File.Copy(Path.Combine(Source, file), Path.Combine(Target, file), overwrite: true);
    }

    public long TokenOf(string word) => Vocabulary.TokenOf(ReadTokenizer(), word);

    /// <summary>What was written, as a ModelVersion lists it.</summary>
    public string Describe() => string.Concat(new[] { ModelFile, Tokenizer }.Select(file =>
        $"    - path: {file}\n      sha256: {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(Target, file))))}\n"));

    private byte[] ReadTokenizer() => File.ReadAllBytes(Path.Combine(Source, Tokenizer));
}
