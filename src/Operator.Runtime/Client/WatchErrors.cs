using k8s;
using k8s.Autorest;

namespace Rerank.Operator.Runtime.Client;

/// <summary>Tells the ends of a watch apart: closed as agreed, expired, cancelled, broken.</summary>
internal static class WatchErrors
{
    /// <returns>False at a normal end.</returns>
    public static async ValueTask<bool> MoveNextAsync<T>(IAsyncEnumerator<T> events, CancellationToken deadline, CancellationToken cancellationToken)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(exception.Message, exception, cancellationToken);
        }
        catch (Exception exception) when (IsOrdinaryEnd(exception) || deadline.IsCancellationRequested)
        {
            return false;
        }
        catch (HttpOperationException exception) when (ServerErrors.Own(exception) is { } own)
        {
            throw own;
        }
        catch (KubernetesException exception) when (ServerErrors.Own(exception) is { } own)
        {
            throw own;
        }
    }

    // The library waits for the first line before it answers; a watch that ends without an event looks like a broken connection to it.
    private static bool IsOrdinaryEnd(Exception exception) => exception is EndOfStreamException || exception.InnerException is EndOfStreamException;
}
