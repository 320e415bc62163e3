using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Rerank.Operator.Runtime.Tests.Control;

/// <summary>Keeps what was logged, with the values of the scopes around it.</summary>
internal sealed class LogCollector : ILoggerProvider, ISupportExternalScope
{
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    public ConcurrentQueue<Entry> Entries { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose()
    {
    }

    internal sealed record Entry(LogLevel Level, int Id, string Message, IReadOnlyDictionary<string, object?> Scope);

    private sealed class Logger(LogCollector collector) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => collector._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var scope = new Dictionary<string, object?>();
            collector._scopes.ForEachScope(
                (values, all) =>
                {
                    if (values is IEnumerable<KeyValuePair<string, object?>> pairs)
                    {
                        foreach (var (key, value) in pairs)
                            all[key] = value;
                    }
                },
                scope);
            collector.Entries.Enqueue(new Entry(logLevel, eventId.Id, formatter(state, exception), scope));
        }
    }
}
