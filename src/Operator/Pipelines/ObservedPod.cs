using k8s.Models;
using Rerank.Contracts.Admin;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Operator.Admin;
using Rerank.Operator.Names;

namespace Rerank.Operator.Pipelines;

/// <summary>A pod that is there to stay, with what its processes say of themselves.</summary>
internal sealed record ObservedPod
{
    public required V1Pod Pod { get; init; }

    public string Name => Pod.Metadata.Name;

    /// <summary><see cref="Labels.RouterComponent"/> or a pool's <see cref="PoolId.Component"/>.</summary>
    public required string Component { get; init; }

    public string? TemplateHash => Pod.Metadata.Annotations is { } annotations && annotations.TryGetValue(Labels.TemplateHash, out var hash) ? hash : null;

    /// <summary>Whether requests may come to it.</summary>
    public bool IsReady => Pod.Status?.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) ?? false;

    /// <summary>Only in router pods.</summary>
    public ProcessReport<RouterStatus>? Router { get; init; }

    /// <summary>The sidecars of a router's pod by tier, or the one host of a pool's pod by its component.</summary>
    public required IReadOnlyDictionary<string, ProcessReport<HostStatus>> Hosts { get; init; }

    /// <summary>Null while it has no router that could be reached.</summary>
    public ProcessKey? RouterKey => KeyOf(Router?.Address);

    /// <summary>All that have an address, with whether they answer there.</summary>
    public IEnumerable<(Uri Process, bool Answers)> Processes => Hosts.Values.Select(h => (h.Address, h.Status is not null))
        .Append((Router?.Address, Router?.Status is not null))
        .Where(p => p.Address is not null)
        .Select(p => (p.Address!, p.Item2));

    public ProcessKey? KeyOf(Uri? address) => address is null ? null : new(Pod.Uid() ?? "", address);

    /// <summary>
    /// As somebody would describe it who isn't put off by a missed answer: with what its processes said a few seconds ago where they say nothing now. For
    /// telling people, never for deciding.
    /// </summary>
    public ObservedPod AsLastSeen() => this with { Router = Router?.AsLastSeen(), Hosts = Hosts.ToDictionary(h => h.Key, h => h.Value.AsLastSeen()) };
}

/// <summary>What a process answered on its admin port.</summary>
/// <param name="Address">Null while it has none.</param>
/// <param name="Problem">Why there is no status.</param>
internal sealed record ProcessReport<TStatus>(Uri? Address, TStatus? Status, string? Problem)
    where TStatus : class
{
    /// <summary>When there is no status: the last one, if that was a few seconds ago at most.</summary>
    public TStatus? LastGood { get; init; }

    /// <summary>That it was told of a document and can't use it; null when it wasn't, or could.</summary>
    public Refusal? Refusal { get; init; }

    public ProcessReport<TStatus> AsLastSeen() => Status is null && LastGood is { } last ? new(Address, last, null) : this;
}

internal static class ProcessReport
{
    /// <summary>How long a process may be silent before that is told.</summary>
    public static readonly TimeSpan Bearable = TimeSpan.FromSeconds(15);
}

/// <summary>A document that a process refuses for what is in it: telling it again changes nothing.</summary>
/// <param name="Words">What it says.</param>
internal sealed record Refusal(long Generation, string Words)
{
    // As routers word their rules. What they can't read at all, they say in other words.
    private const string OfCandidate = $"it answered 400: {AdminProtocol.OfCandidate}";

    /// <summary>Whether the document is refused for what it says of the candidate.</summary>
    public bool IsAboutCandidate => Words.StartsWith(OfCandidate, StringComparison.Ordinal);
}
