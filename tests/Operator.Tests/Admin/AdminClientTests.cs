using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Rerank.Contracts;
using Rerank.Contracts.Models;
using Rerank.Operator.Admin;
using Rerank.Operator.Run;

namespace Rerank.Operator.Tests.Admin;

/// <summary>Against a real server on loopback.</summary>
public sealed class AdminClientTests : IAsyncLifetime
{
    private readonly HostStatus _status = new() { ProcessId = "p", Generation = 3, Ready = true, Models = [] };
    private WebApplication _server = null!;
    private RequestDelegate _answer = _ => Task.CompletedTask;

    private Uri Address => new(_server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.Run(context => _answer(context));
        await _server.StartAsync(TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task GetStatus_Answered_IsTheStatus()
    {
        string? authorization = null;
        _answer = context =>
        {
            authorization = context.Request.Headers.Authorization;
            return context.Response.WriteAsJsonAsync(_status, WireJson.Default.HostStatus);
        };

        var answer = await GetAsync();

        Assert.Equal(3, answer.Status!.Generation);
        Assert.Equal("Bearer secret", authorization);
    }

    [Fact]
    public async Task PutDesired_TheProcessHasTheFormerTokenStill_IsToldWithIt()
    {
        var bodies = new List<string>();
        _answer = async context =>
        {
            bodies.Add(await new StreamReader(context.Request.Body).ReadToEndAsync(context.RequestAborted));
            context.Response.StatusCode = context.Request.Headers.Authorization == "Bearer former" ? StatusCodes.Status200OK : StatusCodes.Status401Unauthorized;
            await context.Response.WriteAsJsonAsync(_status, WireJson.Default.HostStatus);
        };

        var set = new ModelSet { Generation = 2, Pipeline = "shop/search", Models = [] };
        var answer = await Client().PutDesiredAsync(
            Address, new("new", "former"), set, ContractsJson.Default.ModelSet, WireJson.Default.HostStatus, TestContext.Current.CancellationToken);

        Assert.Equal(3, answer.Status!.Generation);
        Assert.Equal(2, bodies.Count);
        Assert.Equal(bodies[0], bodies[1]);
        Assert.Contains("shop/search", bodies[1]);
    }

    [Fact]
    public async Task PutDesired_Refused_SaysWhy()
    {
        _answer = context =>
        {
            context.Response.StatusCode = StatusCodes.Status409Conflict;
            return context.Response.WriteAsync("""{"error":"generation 2 is older than 3","generation":3}""");
        };

        var set = new ModelSet { Generation = 2, Pipeline = "shop/search", Models = [] };
        var answer = await Client().PutDesiredAsync(
            Address, new("secret"), set, ContractsJson.Default.ModelSet, WireJson.Default.HostStatus, TestContext.Current.CancellationToken);

        Assert.Null(answer.Status);
        Assert.Equal("it answered 409: generation 2 is older than 3", answer.Problem);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("""{"unknown":1}""")]
    public async Task GetStatus_AnsweredSomethingElse_IsAProblem(string body)
    {
        _answer = context => context.Response.WriteAsync(body);

        Assert.Contains("can't be read", (await GetAsync()).Problem);
    }

    [Fact]
    public async Task GetStatus_NobodyListens_IsAProblem()
    {
        var address = Address;
        await _server.StopAsync(TestContext.Current.CancellationToken);

        Assert.NotNull((await GetAsync(address)).Problem);
    }

    [Fact]
    public async Task GetStatus_NoAnswer_IsAProblemAfterTheTimeout()
    {
        _answer = context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);

        Assert.Equal("no answer within 0.2 s", (await GetAsync(timeout: TimeSpan.FromMilliseconds(200))).Problem);
    }

    private Task<AdminAnswer<HostStatus>> GetAsync(Uri? address = null, TimeSpan? timeout = null) =>
        Client(timeout).GetStatusAsync(address ?? Address, new("secret"), WireJson.Default.HostStatus, TestContext.Current.CancellationToken);

    private static AdminClient Client(TimeSpan? timeout = null) => new ServiceCollection()
        .AddLogging()
        .AddSingleton(TimeProvider.System)
        .AddSingleton(Options.Create(new OperatorOptions { StatusTimeout = timeout ?? TimeSpan.FromSeconds(10), PushTimeout = TimeSpan.FromSeconds(10) }))
        .AddRerankControllers()
        .BuildServiceProvider()
        .GetRequiredService<AdminClient>();
}
