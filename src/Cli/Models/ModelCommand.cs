using System.CommandLine;
using Rerank.Cli.Connection;
using Rerank.Cli.Text;

namespace Rerank.Cli.Models;

internal static class ModelCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static Command Create(ConnectionOptions connection, Surroundings surroundings) =>
        new("model", "Write ModelVersions") { CreateCreate(connection, surroundings) };

    private static Command CreateCreate(ConnectionOptions connection, Surroundings surroundings)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the new ModelVersion" };
        var from = new Option<string>("--from") { Description = "Where to read the files: a folder, or hf:ORGANISATION/MODEL@COMMIT", HelpName = "DIR|hf:...", Required = true };
        var claim = Text("--claim", "CLAIM[/PATH]", "With a folder: the PersistentVolumeClaim, and folder in it, where hosts find the files");
        var http = Text("--http", "URL", "With a folder: the web address below which hosts find the files");
        var bundled = Text("--bundled", "NAME", "With a folder: the model of that name inside the hosts' image");
        var endpoint = Text("--endpoint", "URL", "With hf: address of the hub or of a mirror; else HF_ENDPOINT, or https://huggingface.co");
        var secret = Text("--token-secret", "NAME[/KEY]", "With hf: the Secret from which hosts take their token. This program takes its own from HF_TOKEN");
        var model = Text("--model-file", "PATH", "The ONNX file, when there are several");
        var tokenizer = Text("--tokenizer-file", "PATH", "The tokenizer; else tokenizer.json beside the model or at the root");
        var tokens = new Option<int?>("--max-input-tokens") { Description = "Most tokens of query and passage together; else what the model's configuration says", HelpName = "N" };
        var truncation = Text("--truncation", "HOW", "LongestFirst or OnlySecond");
        truncation.AcceptOnlyFromAmong("LongestFirst", "OnlySecond");
        var specialTokens = Text("--special-tokens-in-text", "HOW", "What [SEP] and the like are in a text: PlainText (the default), or Parse, as the model's authors' own code has it");
        specialTokens.AcceptOnlyFromAmong("PlainText", "Parse");
        var activation = Text("--activation", "HOW", "Sigmoid or Identity");
        activation.AcceptOnlyFromAmong("Sigmoid", "Identity");
        var providers = new Option<string[]>("--execution-providers") { Description = "CPU, CUDA, in order of preference", AllowMultipleArgumentsPerToken = true, HelpName = "NAMES" };
        providers.AcceptOnlyFromAmong("CPU", "CUDA");
        var lastLayer = Text("--last-layer", "HOW", "For which tokens the last layer is computed: Auto (the default), FirstToken, which is faster with dynamically quantized models, or AllTokens");
        lastLayer.AcceptOnlyFromAmong("Auto", "FirstToken", "AllTokens");
        var apply = new Option<bool>("--apply") { Description = "Create it in the cluster instead of printing it" };
        var output = OutputFormat.Option(OutputFormat.Yaml, OutputFormat.Json);

        var command = new Command("create", "Write a ModelVersion with the digests of a model's files")
        {
            name, from, claim, http, bundled, endpoint, secret, model, tokenizer, tokens, truncation, specialTokens, activation, providers, lastLayer, apply, output,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = new HttpClient { Timeout = Patience };
            var source = result.GetRequiredValue(from);
            var files = source.StartsWith(HubReference.Prefix, StringComparison.Ordinal)
                ? await OpenHubAsync(client, source, HubAccess.Of(result.GetValue(endpoint), result.GetValue(secret), surroundings.Variable), connection.Namespace(result), surroundings, cancellationToken)
                : new FolderFiles(new DirectoryInfo(source), FolderSource.Of(result.GetValue(claim), result.GetValue(http), result.GetValue(bundled)));
            var manifest = await ModelManifest.WriteAsync(
                new(result.GetRequiredValue(name), connection.Namespace(result))
                {
                    ModelFile = result.GetValue(model),
                    TokenizerFile = result.GetValue(tokenizer),
                    MaxInputTokens = result.GetValue(tokens),
                    Truncation = result.GetValue(truncation),
                    SpecialTokensInText = result.GetValue(specialTokens),
                    Activation = result.GetValue(activation),
                    LastLayer = result.GetValue(lastLayer),
                    ExecutionProviders = result.GetValue(providers) ?? [],
                },
                files,
                cancellationToken);
            if (result.GetValue(apply))
            {
                using var cluster = connection.Connect(result);
                await cluster.CreateModelAsync(manifest, cancellationToken);
                await surroundings.Output.WriteLineAsync($"modelversion.rerank.dev/{manifest["metadata"]!["name"]} created");
            }
            else
            {
                await surroundings.Output.WriteAsync(
                    result.GetValue(output) == OutputFormat.Json ? JsonText.Write(manifest) + "\n" : YamlText.Write(manifest));
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static Option<string?> Text(string name, string value, string description) => new(name) { Description = description, HelpName = value };

    private static async Task<IModelFiles> OpenHubAsync(
        HttpClient client, string source, HubAccess access, string? ns, Surroundings surroundings, CancellationToken cancellationToken)
    {
        if (access.Consent(ns) is { } consent)
            await surroundings.Error.WriteLineAsync($"note: the operator reads only Secrets that say they are meant for it. If that isn't done yet: {consent}");
        if (access is { Token: not null, TokenSecret: null })
            await surroundings.Error.WriteLineAsync("note: HF_TOKEN is used here; if the repository needs it, hosts need a token too: --token-secret NAME[/KEY]");
        return await HubFiles.OpenAsync(client, HubReference.Parse(source), access, cancellationToken);
    }
}
