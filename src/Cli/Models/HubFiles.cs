using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Rerank.Cli.Models;

/// <summary>
/// A repository of the hub at one commit. The hub names the SHA-256 of files that it keeps in LFS; the others are small, and are downloaded
/// and hashed.
/// </summary>
internal sealed partial class HubFiles : IModelFiles
{
    private const long MaxDownload = 64 * 1024 * 1024;

    private readonly HttpClient _http;
    private readonly Uri _endpoint;
    private readonly string _repository;
    private readonly string _commit;
    private readonly Dictionary<string, string> _digests = [];
    private readonly Dictionary<string, byte[]> _contents = [];

    private HubFiles(HttpClient http, Uri endpoint, string repository, string commit, JsonObject source)
    {
        _http = http;
        _endpoint = endpoint;
        _repository = repository;
        _commit = commit;
        Source = source;
    }

    public JsonObject Source { get; }

    /// <summary>Finds the commit that the reference means now.</summary>
    public static async Task<HubFiles> OpenAsync(
        HttpClient http, HubReference reference, HubAccess access, CancellationToken cancellationToken)
    {
        if (access.Token is { } token)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);

        var address = $"{access.Endpoint.AbsoluteUri.TrimEnd('/')}/api/models/{reference.Repository}/revision/{Uri.EscapeDataString(reference.Revision)}";
        using var answer = await GetAsync(http, new Uri(address), $"{reference.Repository}@{reference.Revision}", cancellationToken);
        var commit = (await JsonAsync(answer, cancellationToken))["sha"]?.GetValue<string>();
        return commit is not null && Commit().IsMatch(commit)
            ? new(http, access.Endpoint, reference.Repository, commit, access.Source(reference.Repository, commit))
            : throw new CommandFailure($"{address} doesn't name the commit in \"sha\": is {access.Endpoint} a Hugging Face hub?");
    }

    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken)
    {
        var paths = new List<string>();
        var next = Address($"api/models/{_repository}/tree/{_commit}?recursive=1");
        while (next is not null)
        {
            using var answer = await GetAsync(_http, next, $"{_repository}@{_commit}", cancellationToken);
            foreach (var entry in (await JsonAsync(answer, cancellationToken)).AsArray())
            {
                if ((string?)entry?["type"] != "file" || (string?)entry["path"] is not { } path)
                    continue;
                paths.Add(path);
                if ((string?)entry["lfs"]?["oid"] is { } digest)
                    _digests[path] = digest;
            }

            next = NextPage(answer);
        }

        return [.. paths.Order(StringComparer.Ordinal)];
    }

    public async Task<string> DigestAsync(string path, CancellationToken cancellationToken) =>
        _digests.TryGetValue(path, out var known)
            ? known
            : _digests[path] = Convert.ToHexStringLower(SHA256.HashData(await DownloadAsync(path, cancellationToken)));

    public async Task<string> ReadAsync(string path, CancellationToken cancellationToken) =>
        Encoding.UTF8.GetString(await DownloadAsync(path, cancellationToken));

    private async Task<byte[]> DownloadAsync(string path, CancellationToken cancellationToken)
    {
        if (_contents.TryGetValue(path, out var known))
            return known;

        using var answer = await GetAsync(
            _http, Address($"{_repository}/resolve/{_commit}/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}"), path, cancellationToken);
        if (answer.Content.Headers.ContentLength > MaxDownload)
            throw new CommandFailure($"{path} is larger than {MaxDownload} bytes, and the hub names no digest for it: hash it yourself");
        await answer.Content.LoadIntoBufferAsync(MaxDownload, cancellationToken);
        return _contents[path] = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    private Uri Address(string path) => new($"{_endpoint.AbsoluteUri.TrimEnd('/')}/{path}");

    /// <summary>Pages are linked by <c>Link: &lt;ADDRESS&gt;; rel="next"</c>. Only addresses of the same server are followed: they get the token.</summary>
    private Uri? NextPage(HttpResponseMessage answer)
    {
        var link = answer.Headers.TryGetValues("Link", out var links) ? Next().Match(string.Join(", ", links)) : Match.Empty;
        if (!link.Success)
            return null;

        var next = new Uri(_endpoint, link.Groups["address"].Value);
        return next.Authority == _endpoint.Authority
            ? next
            : throw new CommandFailure($"the hub's list of files goes on at another server, {next.Authority}: set --endpoint to that one");
    }

    private static async Task<HttpResponseMessage> GetAsync(HttpClient http, Uri address, string what, CancellationToken cancellationToken)
    {
        var answer = await http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (answer.IsSuccessStatusCode)
            return answer;

        var status = answer.StatusCode;
        answer.Dispose();
        throw new CommandFailure(status switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden =>
                $"the hub doesn't give out {what} ({(int)status}): the name may be wrong; for a private or gated repository set HF_TOKEN to a token that may read it",
            HttpStatusCode.NotFound => $"the hub has no {what} (404 for {address}): check the name and the commit",
            HttpStatusCode.TooManyRequests => $"the hub asks to wait ({address}): try again later, or set HF_TOKEN",
            _ => $"the hub answers {(int)status} for {address}: try again later",
        });
    }

    private static async Task<JsonNode> JsonAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            return JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken)) ?? throw new JsonException("it is null");
        }
        catch (JsonException exception)
        {
            throw new CommandFailure($"{answer.RequestMessage?.RequestUri} doesn't answer in JSON: is it a Hugging Face hub?", exception);
        }
    }

    [GeneratedRegex(@"\A[0-9a-f]{40}\z")]
    private static partial Regex Commit();

    [GeneratedRegex("<(?<address>[^>]+)>; *rel=\"next\"")]
    private static partial Regex Next();
}
