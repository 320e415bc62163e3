namespace Rerank.RerankerHost.Models;

internal static class ModelsRegistration
{
    public static IServiceCollection AddModels(this IServiceCollection services) => services
        .AddSingleton<IModelLoader, CrossEncoderModelLoader>()
        .AddSingleton<ModelActivation>()
        .AddSingleton<ModelRegistry>()
        .AddSingleton<ModelSetController>()
        .AddSingleton<HandServedModel>()
        .AddHostedService<StartModels>();
}
