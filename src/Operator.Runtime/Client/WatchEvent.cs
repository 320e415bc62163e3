namespace Rerank.Operator.Runtime.Client;

public enum WatchChange
{
    Added,
    Modified,
    Deleted,

    /// <summary>Only tells how far the watch has come; there is no object.</summary>
    Bookmark,
}

public readonly record struct WatchEvent<T>(WatchChange Change, string ResourceVersion, T? Object);
