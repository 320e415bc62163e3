using Rerank.Contracts.Models;
using Rerank.Operator.Admin;
using Rerank.Operator.Api;
using Rerank.Operator.Status;
using static Rerank.Operator.Api.ConditionStatus;

namespace Rerank.Operator.Models;

/// <summary>What a ModelVersion's status says, from what hosts report of its digest.</summary>
internal static class ModelStatusPlan
{
    /// <param name="invalid">What is wrong with the spec; null when nothing is.</param>
    /// <param name="uses">Who uses it.</param>
    /// <param name="secret">What is wrong with its Secret; null when nothing is.</param>
    /// <param name="reports">What hosts report; null when that isn't known yet, as after a start of the operator.</param>
    public static ModelVersionStatus Of(
        ModelVersion model, string? invalid, IReadOnlyList<ModelUse> uses, Problem? secret, IReadOnlyList<HostReport>? reports, DateTimeOffset now)
    {
        var generation = model.Metadata.Generation ?? 0;
        var previous = model.Status;
        var digest = invalid is null ? ModelDigest.Of(model.Spec) : null;
        var loaded = (reports ?? [])
            .SelectMany(r => r.Status.Models.Where(m => m.Digest == digest).Select(m => (r.Pod, Model: m)))
            .ToList();
        // What isn't known again yet, after a start of the operator, stays as it was said.
        var known = reports is not null || uses.Count == 0;
        DesiredCondition[] conditions =
        [
            invalid is not null || secret is not null || known ? Ready(model, invalid, uses, secret, loaded) : Kept(previous, "Ready"),
            known ? Verified(loaded) : Kept(previous, "Verified"),
            InUse(uses),
        ];
        return new()
        {
            ObservedGeneration = generation,
            Digest = digest,
            ShortDigest = digest is null ? null : ModelDigest.Shorten(digest),
            SizeBytes = loaded.Select(l => l.Model.SizeBytes).FirstOrDefault(s => s is not null) ?? (previous?.Digest == digest ? previous?.SizeBytes : null),
            Conditions = Conditions.Merge(previous?.Conditions, conditions, generation, now),
        };
    }

    private static DesiredCondition Ready(ModelVersion model, string? invalid, IReadOnlyList<ModelUse> uses, Problem? secret, List<(string Pod, ModelStatus Model)> loaded)
    {
        const string Type = "Ready";
        if (invalid is not null)
            return new(Type, False, Reasons.InvalidSpec, $"{invalid}. It can't change: create another ModelVersion.");
        var ready = loaded.Count(l => l.Model.State == ModelState.Ready);
        var failed = loaded.FirstOrDefault(l => l.Model.State == ModelState.Failed);
        if (ready > 0)
        {
            var but = failed.Model is null ? "" : $" {ModelFailureText.Of(model.Metadata.Name, failed.Pod, failed.Model)}";
            // Else nobody would know before a node is drained.
            var late = secret is null ? "" : $" Pods that start now can't fetch it: {secret.Message}";
            return new(Type, True, "Loaded", $"{ready} of {loaded.Count} hosts have loaded and tested it.{Elsewhere(loaded)}{but}{late}");
        }

        if (secret is not null)
            return DesiredCondition.Of(Type, False, secret);
        if (failed.Model is not null)
            return new(Type, False, failed.Model.Reason ?? Reasons.ModelFailed, ModelFailureText.Of(model.Metadata.Name, failed.Pod, failed.Model));
        if (loaded.Count == 0)
        {
            return new(Type, Unknown, "NotLoaded", uses.Count == 0 ? "No pipeline uses it, so no host has loaded it yet." : $"Used by {string.Join(", ", uses)}; no host has reported on it yet.");
        }

        return new(Type, Unknown, "Loading", $"{loaded.Count} hosts are loading it: {loaded[0].Model.State} on pod {loaded[0].Pod}.");
    }

    /// <summary>That a host runs it on another execution provider than it prefers: slowly, where that is the CPU, which nobody would notice otherwise.</summary>
    private static string Elsewhere(List<(string Pod, ModelStatus Model)> loaded) =>
        loaded.FirstOrDefault(l => l.Model is { State: ModelState.Ready, Message: not null }) is { Model: { } model, Pod: { } pod }
            ? $" On pod {pod} it {model.Message!.TrimEnd('.')}."
            : "";

    private static DesiredCondition Verified(List<(string Pod, ModelStatus Model)> loaded)
    {
        const string Type = "Verified";
        if (loaded.FirstOrDefault(l => l.Model.Reason == ModelFailure.DigestMismatch) is { Model: { } mismatch, Pod: { } pod })
            return new(Type, False, ModelFailure.DigestMismatch, $"On pod {pod}: {mismatch.Message}");
        return loaded.Any(l => IsVerified(l.Model))
            ? new(Type, True, "DigestsMatch", "Its files have the digests of the spec.")
            : new(Type, Unknown, "NotDownloaded", "No host has verified its files yet.");
    }

    // Hosts verify before they load, so that every later state says that it went well.
    private static bool IsVerified(ModelStatus model) => model.State switch
    {
        ModelState.Loading or ModelState.WarmingUp or ModelState.Ready => true,
        ModelState.Failed => model.Reason is ModelFailure.UnsupportedModel or ModelFailure.UnsupportedTokenizer or ModelFailure.ProviderUnavailable
            or ModelFailure.LoadFailed or ModelFailure.GoldenMismatch or ModelFailure.Quarantined or ModelFailure.GpuMemoryExceeded,
        _ => false,
    };

    private static DesiredCondition InUse(IReadOnlyList<ModelUse> uses)
    {
        const string Type = "InUse";
        var users = string.Join(", ", uses);
        if (uses.Count == 0)
            return new(Type, False, "NotReferenced", "No pipeline refers to it.");
        return new(Type, True, "Referenced", $"Used by {users}. Revisions keep all that they need of it; without it, no change of the pipelines' specs can be placed.");
    }

    private static DesiredCondition Kept(ModelVersionStatus? previous, string type) =>
        previous?.Conditions.FirstOrDefault(c => c.Type == type) is { } kept
            ? new(type, kept.Status, kept.Reason, kept.Message)
            : new(type, Unknown, "NotLoaded", "No host has reported on it yet.");
}
