using Microsoft.Extensions.DependencyInjection;
using Rerank.Router.Serving;
using Rerank.Router.Tests.Stubs;

namespace Rerank.Router.Tests.Serving;

public sealed class AnswerObserversTests
{
    private static readonly string[] Documents = ["a full=1", "b full=2"];

    [Fact]
    public async Task Rerank_AnObserverFails_TheAnswerIsSentAndTheOthersAreTold()
    {
        var told = new Recorder();
        await using var host = await StubHost.StartAsync("full");
        await using var router = await RunningRouter.StartAsync(Tables.Table([Tables.Model("full")], [Tables.Cluster("full", host.Address)]), null, services =>
        {
            services.AddSingleton<IAnswerObserver, Failing>();
            services.AddSingleton<IAnswerObserver>(told);
        });

        (await router.CohereAsync("q", Documents)).HasOrder(1, 0);

        var request = await told.Answered.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, request.Documents);
        Assert.Same(request, told.Ranked);
    }

    private sealed class Failing : IAnswerObserver
    {
        public void Ranked(AnsweredRequest request) => throw new InvalidOperationException("before");

        public ValueTask AnsweredAsync(AnsweredRequest request, bool isSent) => throw new InvalidOperationException("after");
    }

    private sealed class Recorder : IAnswerObserver
    {
        public AnsweredRequest? Ranked { get; private set; }

        public TaskCompletionSource<AnsweredRequest> Answered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        void IAnswerObserver.Ranked(AnsweredRequest request) => Ranked = request;

        public ValueTask AnsweredAsync(AnsweredRequest request, bool isSent)
        {
            Assert.True(isSent);
            Answered.TrySetResult(request);
            return ValueTask.CompletedTask;
        }
    }
}
