using System.Collections.Frozen;

namespace Rerank.Operator.Status;

/// <summary>Reasons of a pipeline's conditions.</summary>
internal static class Reasons
{
    /// <summary>That somebody takes away by a change of a Secret.</summary>
    public static readonly FrozenSet<string> OfSecrets = FrozenSet.Create(SecretNotFound, SecretNotMeantForIt, SecretInvalid);

    public const string InvalidSpec = nameof(InvalidSpec);
    public const string ModelNotFound = nameof(ModelNotFound);
    public const string ModelInvalid = nameof(ModelInvalid);
    public const string ModelFailed = nameof(ModelFailed);
    public const string ModelLoading = nameof(ModelLoading);
    public const string SecretNotFound = nameof(SecretNotFound);
    public const string SecretNotMeantForIt = nameof(SecretNotMeantForIt);
    public const string SecretInvalid = nameof(SecretInvalid);
    public const string SourceInsecure = nameof(SourceInsecure);
    public const string NameTaken = nameof(NameTaken);
    public const string Forbidden = nameof(Forbidden);
    public const string RevisionUnreadable = nameof(RevisionUnreadable);
    public const string ApiRefused = nameof(ApiRefused);

    public const string InsufficientResources = nameof(InsufficientResources);
    public const string NoNodeFits = nameof(NoNodeFits);
    public const string VolumeNotReady = nameof(VolumeNotReady);
    public const string InsufficientGPU = nameof(InsufficientGPU);
    public const string ImagePullFailed = nameof(ImagePullFailed);
    public const string CrashLooping = nameof(CrashLooping);
    public const string OutOfMemory = nameof(OutOfMemory);
    public const string PodConfigInvalid = nameof(PodConfigInvalid);
    public const string PodsNotCreated = nameof(PodsNotCreated);
    public const string PodsNotReady = nameof(PodsNotReady);
    public const string RoutersNotReady = nameof(RoutersNotReady);
    public const string AdminUnreachable = nameof(AdminUnreachable);
    public const string AdminRefused = nameof(AdminRefused);
    public const string PoolNotReachable = nameof(PoolNotReachable);

    public const string NoStableRevision = nameof(NoStableRevision);
    public const string Serving = nameof(Serving);
    public const string Switching = nameof(Switching);
    public const string SpecServing = nameof(SpecServing);
    public const string RolloutInProgress = nameof(RolloutInProgress);
    public const string AwaitingApproval = nameof(AwaitingApproval);
    public const string Paused = nameof(Paused);
    public const string RolledBack = nameof(RolledBack);
    public const string Healthy = nameof(Healthy);
    public const string NoCandidate = nameof(NoCandidate);
    public const string Converged = nameof(Converged);
    public const string UnknownRevision = nameof(UnknownRevision);
    public const string OtherAttempt = nameof(OtherAttempt);
    public const string NoneIgnored = nameof(NoneIgnored);
    public const string Settled = nameof(Settled);
    public const string Progressing = nameof(Progressing);
    public const string ProgressDeadlineExceeded = nameof(ProgressDeadlineExceeded);
    public const string EngineCurrent = nameof(EngineCurrent);
    public const string EngineRollout = nameof(EngineRollout);
    public const string EnginePinned = nameof(EnginePinned);
    public const string EngineAfterSpec = nameof(EngineAfterSpec);
    public const string EngineRejected = nameof(EngineRejected);
    public const string EngineQueued = nameof(EngineQueued);
    public const string ApiNotServed = nameof(ApiNotServed);
    public const string HandledElsewhere = nameof(HandledElsewhere);
    public const string NothingOmitted = nameof(NothingOmitted);
}
