using System.Security.Cryptography;
using System.Text;

namespace Rerank.Operator.Local.Server;

/// <summary>A token of this run. Other users of the machine can reach the port, but not read the kubeconfig.</summary>
internal sealed class BearerToken
{
    private const int Bytes = 32;
    private const string Scheme = "Bearer ";

    public string Value { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));

    /// <param name="authorization">The header, as it came.</param>
    public bool Admits(string? authorization) =>
        authorization?.StartsWith(Scheme, StringComparison.Ordinal) == true
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(authorization[Scheme.Length..]), Encoding.UTF8.GetBytes(Value));
}
