using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Rerank.Serving.Load;

namespace Rerank.RouterBench.Servers;

/// <summary>An nginx of our own in front of a host: on loopback, with its own configuration and folder, and nothing that it could do beside passing requests on.</summary>
internal sealed class NginxProcess : IDisposable
{
    // Debian has it where only root's PATH goes.
    private static readonly string[] Places = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator), "/usr/sbin", "/usr/local/sbin"];

    private readonly Process _process;

    private NginxProcess(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    /// <summary>Of its workers, so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            var workers = File.ReadAllText($"/proc/{_process.Id}/task/{_process.Id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var total = TimeSpan.Zero;
            foreach (var worker in workers)
            {
                using var process = Process.GetProcessById(int.Parse(worker, CultureInfo.InvariantCulture));
                total += process.TotalProcessorTime;
            }

            return total;
        }
    }

    /// <exception cref="FileNotFoundException">There is no nginx here.</exception>
    public static NginxProcess Start(int hostPort)
    {
        var program = Places.Select(place => Path.Combine(place, "nginx")).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException("the contest passthrough needs nginx, which isn't in PATH: apt-get install nginx-light");
        var folder = Directory.CreateTempSubdirectory("rerank-bench-nginx-").FullName;
        var port = ServerProcess.FreePort();
        var configuration = Path.Combine(folder, "nginx.conf");
        File.WriteAllText(configuration, $$"""
            daemon off;
            worker_processes {{Environment.ProcessorCount}};
            pid {{folder}}/nginx.pid;
            error_log stderr error;
            events { worker_connections 1024; }
            http {
                access_log off;
                client_body_temp_path {{folder}}/body;
                proxy_temp_path {{folder}}/proxy;
                fastcgi_temp_path {{folder}}/fastcgi;
                uwsgi_temp_path {{folder}}/uwsgi;
                scgi_temp_path {{folder}}/scgi;
                keepalive_requests 1000000000;
                client_max_body_size 8m;
                client_body_buffer_size 128k;
                upstream host {
                    server 127.0.0.1:{{hostPort}};
                    keepalive 64;
                    keepalive_requests 1000000000;
                }
                server {
                    listen 127.0.0.1:{{port}};
                    location / {
                        proxy_pass http://host;
                        proxy_http_version 1.1;
                        proxy_set_header Connection "";
                    }
                }
            }
            """);
        var process = Process.Start(new ProcessStartInfo(program, ["-p", folder, "-c", configuration]))!;
        var server = new NginxProcess(process, port);
        server.AwaitListening();
        return server;
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private void AwaitListening()
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Connect(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException) when (!_process.HasExited && Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(20))
            {
                _process.WaitForExit(TimeSpan.FromMilliseconds(50));
            }
            catch (SocketException e)
            {
                throw new InvalidOperationException("nginx doesn't listen; what it wrote above says why", e);
            }
        }
    }
}
