using System.CommandLine;
using Rerank.DisturbModel;

// Makes a worse model out of a good one, to see that it is noticed: flip-sign, noise, constant, nan, fail, slow, shuffle-vocabulary.
var source = new Argument<DirectoryInfo>("MODEL") { Description = "Folder with a model file and tokenizer.json, such as models/tiny" }.AcceptExistingOnly();
var target = new Argument<DirectoryInfo>("OUTPUT") { Description = "Folder for the worse model's files" };
var modelFile = new Option<string>("--model-file") { Description = "Name of the model's file", DefaultValueFactory = _ => "model.onnx" };
var seed = new Option<ulong>("--seed") { Description = "Start of the random numbers", DefaultValueFactory = _ => 1 };
var tensor = new Option<string>("--tensor") { Description = "Name of the tensor; `tensors` lists them", Required = true };
var permille = new Option<int>("--permille") { Description = "Size of the noise, in thousandths of the tensor's own size", Required = true };
var word = new Option<string>("--word") { Description = "Word that is one token, such as water", Required = true };
var products = new Option<int>("--products") { Description = "How many products with a matrix of 256 x 256 to add for each token", DefaultValueFactory = _ => 24 };

var root = new RootCommand("Makes a worse model out of a good one. The same command gives the same bytes on every machine.")
{
    Disturb("flip-sign", "Negates the weights of the head: the best passage comes last.", [],
        (_, folder) => folder.Write(Disturbance.FlipSign)),
    Disturb("noise", "Adds noise to one tensor: the ranking is somewhat worse.", [tensor, permille, seed],
        (result, folder) => folder.Write(model => Disturbance.Noise(
            model, result.GetRequiredValue(tensor), result.GetRequiredValue(permille), result.GetValue(seed)))),
    Disturb("constant", "Gives every pair the same score.", [],
        (_, folder) => folder.Write(Disturbance.Constant)),
    Disturb("nan", "Gives NaN for pairs that have a word.", [word],
        (result, folder) => folder.Write(model => Disturbance.NotANumber(model, folder.TokenOf(result.GetRequiredValue(word))))),
    Disturb("fail", "Can't score pairs that have a word.", [word],
        (result, folder) => folder.Write(model => Disturbance.Fail(model, folder.TokenOf(result.GetRequiredValue(word))))),
    Disturb("slow", "Takes longer for the same scores.", [products],
        (result, folder) => folder.Write(model => Disturbance.Slow(model, result.GetValue(products)))),
    Disturb("shuffle-vocabulary", "Gives words the ids of others: the tokenizer isn't the model's.", [seed],
        (result, folder) => folder.Write(model => model, tokenizer => Vocabulary.Shuffle(tokenizer, result.GetValue(seed)))),
    Tensors(),
};
return await root.Parse(args).InvokeAsync();

Command Disturb(string name, string description, Option[] options, Action<ParseResult, ModelFolder> write)
{
    var command = new Command(name, description) { source, target, modelFile };
    foreach (var option in options)
        command.Add(option);
    command.SetAction(result => Guard(() =>
    {
        var folder = new ModelFolder(result.GetRequiredValue(source).FullName, result.GetRequiredValue(target).FullName, result.GetRequiredValue(modelFile));
        write(result, folder);
        Console.Write(folder.Describe());
    }));
    return command;
}

Command Tensors()
{
    var command = new Command("tensors", "Lists the tensors that noise can be added to.") { source, modelFile };
    command.SetAction(result => Guard(() =>
    {
        var file = Path.Combine(result.GetRequiredValue(source).FullName, result.GetRequiredValue(modelFile));
        foreach (var (name, dimensions) in OnnxFile.Read(File.ReadAllBytes(file)).Tensors())
            Console.WriteLine($"{string.Join('x', dimensions),12}  {name}");
    }));
    return command;
}

static int Guard(Action action)
{
    try
    {
        action();
        return 0;
    }
    catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine(e.Message);
        return 1;
    }
}
