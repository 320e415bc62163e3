using Microsoft.AspNetCore.Http.Features;
using Rerank.Contracts.Routing;
using Rerank.Http;
using Rerank.Router.Routing;
using Rerank.Router.Serving;

namespace Rerank.Router.Passing;

/// <summary>A request that is passed on, whichever host it goes to.</summary>
/// <param name="Path">Of the route; a query is none of it.</param>
internal sealed record PassedCall(HttpContext Context, ServingArm Arm, string Path, string RequestId, LimitedBodyStream Body, RequestBudget Budget)
{
    public ServingTier Tier => Arm.Tiers[^1];

    public RequestLimits Limits => Arm.Policy.Limits;

    /// <summary>Whether its time is all that the pipeline gives.</summary>
    public bool HasWholeTime => Budget.Timeout.TotalMilliseconds >= Arm.Policy.RequestTimeoutMilliseconds;

    /// <summary>Takes back what was set in place of an answer, and sets again what may have been cleared.</summary>
    public void Reset()
    {
        var response = Context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        Context.Features.GetRequiredFeature<IHttpResponseFeature>().ReasonPhrase = null;
        Identify(response, RequestId, Arm);
    }

    /// <summary>Says whose answer it is, whatever becomes of it.</summary>
    public static void Identify(HttpResponse response, string requestId, ServingArm arm)
    {
        response.Headers[RerankHeaders.RequestId] = requestId;
        response.Headers[RerankHeaders.Revision] = arm.Revision;
        response.Headers[RerankHeaders.DecidingModel] = arm.Tiers[^1].Model.Model;
    }
}
