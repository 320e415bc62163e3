namespace Rerank.Operator.Runtime.Client;

/// <summary>409: the object isn't what the caller believed, or its name is taken.</summary>
public sealed class ConflictException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>410: the resourceVersion or continue token is too old; list again.</summary>
public sealed class GoneException(string message, Exception? inner = null) : Exception(message, inner);
