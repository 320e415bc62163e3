using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Rerank.Http;

/// <summary>Why a server can't start, where whoever started it can mend that: in one line, in place of a stack trace.</summary>
public static class StartFailure
{
    /// <param name="addresses">That it listens on.</param>
    /// <returns>Null: it is something else.</returns>
    public static string? Describe(Exception exception, IEnumerable<string> addresses) => exception switch
    {
        // Unlike the others it doesn't say where.
        SocketException => $"can't listen on {string.Join(" or ", addresses)}: {exception.Message}",
        IOException or UnauthorizedAccessException or AddressInUseException => exception.Message,
        _ => null,
    };
}
