using Rerank.RerankerHost.Health;
using Rerank.RerankerHost.Quarantine;
using Rerank.RerankerHost.Serving;

namespace Rerank.RerankerHost.Models;

internal static class ModelsRegistration
{
    public static IServiceCollection AddModels(this IServiceCollection services) => services
        .AddSingleton<IModelLoader, CrossEncoderModelLoader>()
        .AddSingleton<MemoryRecord>()
        .AddHostedService(provider => provider.GetRequiredService<MemoryRecord>())
        .AddSingleton<CrashMarks>()
        .AddSingleton(provider => new GpuMemory(provider.GetRequiredService<ServeOptions>()))
        .AddSingleton<RunWatches>()
        .AddSingleton<Liveness>()
        .AddSingleton<ModelActivation>()
        .AddSingleton<Unloading>()
        .AddSingleton<ModelRegistry>()
        .AddSingleton<ModelSetController>()
        .AddSingleton<HandServedModel>()
        .AddHostedService<StartModels>();
}
