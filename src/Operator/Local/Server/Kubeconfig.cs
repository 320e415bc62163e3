using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Rerank.Operator.Local.Server;

/// <summary>The file by which kubectl finds local mode's API server, and is let in. Only its owner can read it.</summary>
internal sealed class Kubeconfig
{
    private const string Mark = "# Written by `Operator local`, which deletes it when it ends.";

    private Kubeconfig(string path) => Path = path;

    public string Path { get; }

    /// <exception cref="IOException">There is a file that isn't of this kind.</exception>
    public static async Task<Kubeconfig> WriteAsync(
        string path, string address, X509Certificate2 certificate, string token, CancellationToken cancellationToken)
    {
        if (File.Exists(path))
        {
            if (!IsOwn(path))
                throw new IOException($"{path} isn't a kubeconfig of local mode, and stays as it is: choose another --kubeconfig");
            File.Delete(path);
        }

        var creation = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            creation.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var file = new FileStream(path, creation);
        await file.WriteAsync(Encoding.UTF8.GetBytes(Content(address, certificate, token)), cancellationToken);
        return new(path);
    }

    public void Delete()
    {
        if (File.Exists(Path) && IsOwn(Path))
            File.Delete(Path);
    }

    private static bool IsOwn(string path) => File.ReadLines(path).FirstOrDefault() == Mark;

    private static string Content(string address, X509Certificate2 certificate, string token) => $"""
        {Mark}
        apiVersion: v1
        kind: Config
        current-context: rerank-local
        contexts:
        - name: rerank-local
          context:
            cluster: rerank-local
            user: rerank-local
            namespace: default
        clusters:
        - name: rerank-local
          cluster:
            server: {address}
            certificate-authority-data: {Convert.ToBase64String(Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()))}
        users:
        - name: rerank-local
          user:
            token: {token}

        """;
}
