namespace Rerank.EndToEnd.Tests.Images;

/// <summary>Makes images and brings them to the cluster's nodes.</summary>
internal interface IImageLoader
{
    Task LoadAsync(ProgramImage image, CancellationToken cancellationToken);
}
