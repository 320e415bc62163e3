namespace Rerank.Router.Feedback;

/// <summary>What an application tells about an answer.</summary>
/// <param name="Events">At least one.</param>
internal sealed record FeedbackRequest(Guid RequestId, IReadOnlyList<FeedbackEvent> Events);

/// <param name="Index">Place of the document in the request.</param>
internal readonly record struct FeedbackEvent(FeedbackType Type, int Index);

internal enum FeedbackType
{
    /// <summary>The document was looked at.</summary>
    Click,

    /// <summary>It was what was looked for. Implies a click.</summary>
    Accept,

    /// <summary>It was of no use.</summary>
    Reject,
}
