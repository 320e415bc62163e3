using System.Collections.Concurrent;
using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Rerank.Operator.Names;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Operator.Events;

/// <summary>Tells of changes of state where <c>kubectl describe</c> shows them. One that can't be written is logged and forgotten.</summary>
internal sealed class EventRecorder(IResourceClient client, TimeProvider time, ILogger<EventRecorder> logger)
{
    private const int MaxNoteLength = 1024;

    // The same again within this time is no news, whatever the caches said meanwhile.
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(string? Uid, string Reason, string Note), long> _told = [];

    public async Task RecordAsync(IKubernetesObject<V1ObjectMeta> about, StateEvent happened, CancellationToken cancellationToken)
    {
        var what = (about.Uid(), happened.Reason, happened.Note);
        if (_told.TryGetValue(what, out var before) && time.GetElapsedTime(before) < Quiet)
            return;
        Log.Happened(logger, about.Kind, about.Namespace(), about.Name(), happened.Reason, happened.Note);
        var now = time.GetUtcNow();
        try
        {
            await client.CreateAsync(Of(about, happened, now), cancellationToken);
            Told(what);
        }
        catch (ConflictException)
        {
            // The same event of the same instant is there already.
            Told(what);
        }
        catch (HttpOperationException e) when (e.Response?.StatusCode is not HttpStatusCode.Unauthorized)
        {
            Log.EventNotRecorded(logger, happened.Reason, e.Message);
        }
    }

    private void Told((string? Uid, string Reason, string Note) what)
    {
        _told[what] = time.GetTimestamp();
        foreach (var (old, at) in _told)
        {
            if (time.GetElapsedTime(at) >= Quiet)
                _told.TryRemove(old, out _);
        }
    }

    private static Eventsv1Event Of(IKubernetesObject<V1ObjectMeta> about, StateEvent happened, DateTimeOffset now) => new()
    {
        ApiVersion = "events.k8s.io/v1",
        Kind = "Event",
        Metadata = new()
        {
            Name = $"{about.Name()}.{now.UtcTicks:x}.{PipelineNames.Hash(happened.Reason + happened.Note)}",
            NamespaceProperty = about.Namespace(),
        },
        EventTime = now.UtcDateTime,
        Type = happened.IsWarning ? "Warning" : "Normal",
        Reason = happened.Reason,
        Action = happened.Action,
        Note = happened.Note.Length <= MaxNoteLength ? happened.Note : $"{happened.Note.AsSpan(0, MaxNoteLength - 3)}...",
        ReportingController = "rerank.dev/operator",
        ReportingInstance = Labels.OperatorName,
        Regarding = new()
        {
            ApiVersion = about.ApiVersion,
            Kind = about.Kind,
            Name = about.Name(),
            NamespaceProperty = about.Namespace(),
            Uid = about.Uid(),
            ResourceVersion = about.ResourceVersion(),
        },
    };
}
