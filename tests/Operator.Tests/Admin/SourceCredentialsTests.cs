using System.Text;
using k8s.Models;
using Microsoft.Extensions.Time.Testing;
using Rerank.Contracts.Models;
using Rerank.Operator.Admin;
using Rerank.Operator.Models;
using Rerank.Operator.Runtime.Client.InMemory;
using Rerank.Operator.Status;
using Rerank.Operator.Tests.World;

namespace Rerank.Operator.Tests.Admin;

/// <summary>Who names a Secret and an address doesn't get the one sent to the other, unless the Secret says that it is meant for that.</summary>
public sealed class SourceCredentialsTests
{
    private const string PublicHub = "https://huggingface.co";
    private const string Label = "rerank.dev/source-credentials";
    private const string Endpoint = "rerank.dev/endpoint";

    private readonly InMemoryResourceClient _api = new(new FakeTimeProvider());

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OfAKey_IsABearerToken()
    {
        await SecretAsync([(Label, "true")], endpoint: null, ("access", "hf_1\n"));

        var (credential, problem) = await ReadAsync(Hub(PublicHub), "access");

        Assert.Null(problem);
        Assert.Equal("hf_1", credential!.BearerToken);
    }

    [Fact]
    public async Task WithUsernameAndPassword_IsBasic()
    {
        await SecretAsync([(Label, "true")], "https://files.example.com", ("username", "u"), ("password", "p"));

        var (credential, _) = await ReadAsync(Files("https://files.example.com/models"), key: null);

        Assert.Equal(("u", "p"), (credential!.Username, credential.Password));
    }

    [Theory]
    [InlineData("s", "access", "has no key \"access\"")]
    [InlineData("s", null, "has neither key \"token\" nor keys")]
    [InlineData("nowhere", "access", "does not exist in namespace \"shop\"")]
    public async Task NotThere_SaysWhatIsMissing(string secret, string? key, string expected)
    {
        await SecretAsync([(Label, "true")], endpoint: null, ("other", "x"));

        var (credential, problem) = await ReadAsync(Hub(PublicHub), key, secret);

        Assert.Null(credential);
        Assert.Equal(Reasons.SecretNotFound, problem!.Reason);
        Assert.Contains(expected, problem.Message);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("false")]
    public async Task WithoutTheLabel_IsNotRead_AndTheMessageSaysHowToAllowIt(string? label)
    {
        await SecretAsync(label is null ? [] : [(Label, label)], endpoint: null, ("password", "hunter2"));

        var (credential, problem) = await ReadAsync(Hub(PublicHub), "password");

        Assert.Null(credential);
        Assert.Equal(Reasons.SecretNotMeantForIt, problem!.Reason);
        var overwrite = label is null ? "" : " --overwrite";
        Assert.EndsWith($": kubectl label secret s -n shop{overwrite} rerank.dev/source-credentials=true", problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", problem.Message);
    }

    [Fact]
    public async Task WithoutLabelAndEndpoint_MessageHasBothCommands()
    {
        await SecretAsync([], endpoint: null, ("token", "x"));

        var (_, problem) = await ReadAsync(Files("https://files.example.com:8443/models"), key: null);

        Assert.EndsWith(
            "kubectl label secret s -n shop rerank.dev/source-credentials=true && "
                + "kubectl annotate secret s -n shop rerank.dev/endpoint=https://files.example.com:8443",
            problem!.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://mirror.example.com", null, false)]
    [InlineData("https://mirror.example.com", "https://mirror.example.com", true)]
    [InlineData("https://mirror.example.com/hub", "https://MIRROR.example.com/", true)]
    [InlineData("https://mirror.example.com", "https://mirror.example.com:443", true)]
    [InlineData("https://mirror.example.com:444", "https://mirror.example.com", false)]
    [InlineData("https://mirror.example.com", "https://other.example.com, https://mirror.example.com", true)]
    [InlineData("https://evil.example.com", "https://other.example.com,https://mirror.example.com", false)]
    [InlineData("https://mirror.example.com.evil.com", "https://mirror.example.com", false)]
    [InlineData("https://mirror.example.com", "https://mirror.example.com/only/here", false)]
    [InlineData("https://mirror.example.com", "mirror.example.com", false)]
    [InlineData("https://mirror.example.com", "*", false)]
    [InlineData("https://mirror.example.com", "", false)]
    [InlineData(PublicHub, "https://mirror.example.com", false)]
    [InlineData("https://HuggingFace.co:443/", null, true)]
    public async Task Hub_GetsOnlyWhatIsMeantForItsOrigin(string endpoint, string? allowed, bool isRead)
    {
        await SecretAsync([(Label, "true")], allowed, ("token", "x"));

        var (credential, problem) = await ReadAsync(Hub(endpoint), "token");

        Assert.Equal(isRead, credential is not null);
        Assert.Equal(isRead ? null : Reasons.SecretNotMeantForIt, problem?.Reason);
    }

    [Fact]
    public async Task Files_WithoutAnEndpoint_GetNothing()
    {
        await SecretAsync([(Label, "true")], endpoint: null, ("token", "x"));

        var (credential, problem) = await ReadAsync(Files(PublicHub), key: null);

        Assert.Null(credential);
        Assert.EndsWith("kubectl annotate secret s -n shop rerank.dev/endpoint=https://huggingface.co", problem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OneMoreEndpoint_CommandKeepsTheOthers()
    {
        await SecretAsync([(Label, "true")], "https://a.example.com , https://b.example.com", ("token", "x"));

        var (_, problem) = await ReadAsync(Hub("https://c.example.com"), "token");

        Assert.Contains("is not meant for https://c.example.com", problem!.Message);
        Assert.EndsWith(
            "kubectl annotate secret s -n shop --overwrite rerank.dev/endpoint=https://a.example.com,https://b.example.com,https://c.example.com",
            problem.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://files.example.com", false)]
    [InlineData("http://10.0.0.7:8000", false)]
    [InlineData("http://localhost.example.com", false)]
    [InlineData("http://127.0.0.1:8000", true)]
    [InlineData("http://localhost:8000", true)]
    public async Task PlainHttp_GetsNothing_ExceptOnThisMachine(string address, bool isRead)
    {
        await SecretAsync([(Label, "true")], address, ("token", "x"));

        var (credential, problem) = await ReadAsync(Files(address), key: null);

        Assert.Equal(isRead, credential is not null);
        Assert.Equal(isRead ? null : Reasons.SourceInsecure, problem?.Reason);
    }

    [Theory]
    [InlineData("https://[::zz/files")]
    [InlineData("https://files:99999/files")]
    public async Task AddressThatIsNone_IsAProblemAndNotAnError(string address)
    {
        await SecretAsync([(Label, "true")], address, ("token", "x"));

        Assert.Equal(Reasons.SourceInsecure, (await ReadAsync(Files(address), key: null)).Problem?.Reason);
    }

    /// <summary>A host would refuse its whole set for one of these.</summary>
    [Theory]
    [InlineData("token", "sch\u00f6n")]
    [InlineData("token", "two\nlines")]
    [InlineData("token", "with blank")]
    public async Task Token_ThatNoHeaderTakes_IsInvalid(string key, string value)
    {
        await SecretAsync([(Label, "true")], endpoint: null, (key, value));

        var (credential, problem) = await ReadAsync(Hub(PublicHub), key);

        Assert.Null(credential);
        Assert.Equal(Reasons.SecretInvalid, problem!.Reason);
        Assert.DoesNotContain(value, problem.Message);
    }

    [Fact]
    public async Task Username_WithAColon_IsInvalid()
    {
        await SecretAsync([(Label, "true")], "https://files.example.com", ("username", "a:b"), ("password", "p"));

        var (_, problem) = await ReadAsync(Files("https://files.example.com"), key: null);

        Assert.Equal(Reasons.SecretInvalid, problem!.Reason);
        Assert.Contains("must not contain a colon", problem.Message);
    }

    [Fact]
    public async Task BytesThatAreNoText_AreInvalid()
    {
        await SecretAsync([(Label, "true")], endpoint: null);
        var secret = (await _api.GetAsync<V1Secret>(new("shop", "s"), Stop))!;
        secret.Data = new Dictionary<string, byte[]> { ["token"] = [0xff, 0xfe, 0x41] };
        await _api.ApplyAsync(secret, Stop);

        Assert.Equal(Reasons.SecretInvalid, (await ReadAsync(Hub(PublicHub), "token")).Problem!.Reason);
    }

    private static ModelSpec Hub(string endpoint) => ModelSpecs.Of(Samples.Model("m", m => m.Artifact.Source = new()
    {
        HuggingFace = new() { Repository = "a/b", Revision = new string('c', 40), Endpoint = endpoint, TokenSecretRef = new() { Name = "s" } },
    }));

    private static ModelSpec Files(string address) => ModelSpecs.Of(Samples.Model("m", m => m.Artifact.Source = new()
    {
        Http = new() { BaseURL = address, CredentialsSecretRef = new() { Name = "s" } },
    }));

    private Task<(SourceCredential? Credential, Problem? Problem)> ReadAsync(ModelSpec model, string? key, string secret = "s") =>
        new SourceCredentials(_api).ReadAsync(TestWorld.Namespace, model, new(secret, key), Stop);

    private Task<V1Secret> SecretAsync((string Key, string Value)[] labels, string? endpoint, params (string Key, string Value)[] data) => _api.CreateAsync(
        new V1Secret
        {
            Metadata = new()
            {
                Name = "s",
                NamespaceProperty = TestWorld.Namespace,
                Labels = labels.ToDictionary(l => l.Key, l => l.Value),
                Annotations = endpoint is null ? null : new Dictionary<string, string> { [Endpoint] = endpoint },
            },
            Data = data.ToDictionary(d => d.Key, d => Encoding.UTF8.GetBytes(d.Value)),
        },
        Stop);
}
