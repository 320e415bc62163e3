using k8s.Models;
using Rerank.Contracts.Models;
using Rerank.Operator.Runtime.Crds;

namespace Rerank.Operator.Api;

[ValidationRule("self.artifact == oldSelf.artifact", fieldPath: ".artifact", message: "must not change: create another ModelVersion")]
[ValidationRule("self.contract == oldSelf.contract", fieldPath: ".contract", message: "must not change: create another ModelVersion")]
[ValidationRule("self.runtime == oldSelf.runtime", fieldPath: ".runtime", message: "must not change: create another ModelVersion")]
[ValidationRule("has(self.golden) == has(oldSelf.golden) && (!has(self.golden) || self.golden == oldSelf.golden)", fieldPath: ".golden", message: "must not change: create another ModelVersion")]
[ValidationRule("self.artifact.files.exists(f, f.path == self.contract.modelFile)", fieldPath: ".contract.modelFile", message: "must be the path of one of `artifact.files`")]
[ValidationRule("self.artifact.files.exists(f, f.path == self.contract.tokenizerFile)", fieldPath: ".contract.tokenizerFile", message: "must be the path of one of `artifact.files`")]
[ValidationRule("!has(self.golden) || self.artifact.files.exists(f, f.path == self.golden.path)", fieldPath: ".golden.path", message: "must be the path of one of `artifact.files`")]
internal sealed class ModelVersionSpec
{
    /// <summary>The files, and where they come from.</summary>
    [Required]
    public ModelArtifact Artifact { get; set; } = new();

    /// <summary>What the model computes.</summary>
    [Required]
    public ModelContractSpec Contract { get; set; } = new();

    /// <summary>How the model runs. Part of what identifies it, because it changes scores in their last digits.</summary>
    [DefaultValue("{}", Json = true)]
    public ModelRuntimeSpec Runtime { get; set; } = new();

    /// <summary>A self-test: a host that doesn't reproduce these scores doesn't serve the model.</summary>
    public GoldenSpec? Golden { get; set; }
}

internal sealed class ModelArtifact
{
    /// <summary>Where the files come from. Exactly one member must be set.</summary>
    [Required]
    public ModelSourceSpec Source { get; set; } = new();

    /// <summary>Every file that the model needs. A host verifies each one before it loads the model.</summary>
    [Required]
    [Items(2, 32)]
    [XListType(XListType.Map)]
    [XListMapKeys("path")]
    public List<ModelFileSpec> Files { get; set; } = [];
}

internal sealed class ModelFileSpec
{
    /// <summary>Path below the source, with forward slashes, such as `onnx/model.onnx`.</summary>
    [Required]
    [Length(1, 256)]
    [Pattern(Patterns.FilePath)]
    public string Path { get; set; } = "";

    /// <summary>SHA-256 of the file's content: 64 lower-case hexadecimal digits.</summary>
    [Required]
    [Length(64, 64)]
    [Pattern("^[0-9a-f]{64}$")]
    public string Sha256 { get; set; } = "";
}

internal sealed class ModelContractSpec
{
    /// <summary>Path of the ONNX file; one of `artifact.files`.</summary>
    [DefaultValue("model.onnx")]
    [Length(1, 256)]
    public string ModelFile { get; set; } = "model.onnx";

    /// <summary>Path of the tokenizer in Hugging Face's format; one of `artifact.files`.</summary>
    [DefaultValue("tokenizer.json")]
    [Length(1, 256)]
    public string TokenizerFile { get; set; } = "tokenizer.json";

    /// <summary>Most tokens that the model reads of query, passage and special tokens together. Longer input is truncated.</summary>
    [Required]
    [RangeMinimum(8)]
    [RangeMaximum(8192)]
    public int MaxInputTokens { get; set; }

    /// <summary>What is cut off when a pair is too long: `LongestFirst` cuts the longer of query and passage, `OnlySecond` the passage.</summary>
    [DefaultValue("LongestFirst")]
    public Truncation Truncation { get; set; } = Truncation.LongestFirst;

    /// <summary>From raw logit to relevance score. The order of documents never depends on it.</summary>
    [DefaultValue("Sigmoid")]
    public Activation Activation { get; set; } = Activation.Sigmoid;

    /// <summary>
    /// What the text of a special token, such as `[SEP]`, is when it stands in a query or passage: `PlainText`, so that nobody can move the border
    /// between the two from inside a text, or `Parse`, the token itself, as Hugging Face's tokenizers have it.
    /// </summary>
    [DefaultValue("PlainText")]
    public SpecialTokensInText SpecialTokensInText { get; set; } = SpecialTokensInText.PlainText;
}

[ValidationRule("!has(self.gpuMemory) || 'CUDA' in self.executionProviders", fieldPath: ".gpuMemory", message: "may only be specified when `executionProviders` lists \"CUDA\"")]
internal sealed class ModelRuntimeSpec
{
    /// <summary>
    /// ONNX Runtime execution providers in order of preference. A host uses the first one that it has; `CPU` must be listed to be allowed.
    /// </summary>
    [DefaultValue("[\"CPU\"]", Json = true)]
    [Items(1, 2)]
    [XListType(XListType.Atomic)]
    [ValidationRule("self.size() < 2 || self[0] != self[1]", message: "must not list a provider twice")]
    public List<ExecutionProvider> ExecutionProviders { get; set; } = [ExecutionProvider.CPU];

    /// <summary>
    /// GPU memory that the model needs at most, in whole `Mi` or `Gi`. Hosts load models only while the sum of what they declare is free, so that a candidate doesn't make the runs
    /// of the stable model fail. Absent: it isn't counted.
    /// </summary>
    [Pattern(Patterns.GpuMemory)]
    [RangeMinimum(1_048_576)]
    public ResourceQuantity? GpuMemory { get; set; }

    /// <summary>
    /// For which tokens the last layer's feed-forward network is computed; the score depends on the first one's result alone. `Auto` computes it for that
    /// token where scores stay the same, which they do unless the model is quantized dynamically. `FirstToken` does so with dynamically quantized models too:
    /// about a tenth faster with six layers and a fifth with two, and logits change by some hundredths of what quantizing changes. Make `golden` with it then.
    /// `AllTokens` takes the graph as it is in the file.
    /// </summary>
    [DefaultValue("Auto")]
    public LastLayer LastLayer { get; set; } = LastLayer.Auto;
}

internal sealed class GoldenSpec
{
    /// <summary>Path of a file with pairs and the logits expected for them; one of `artifact.files`.</summary>
    [Required]
    [Length(1, 256)]
    public string Path { get; set; } = "";
}
