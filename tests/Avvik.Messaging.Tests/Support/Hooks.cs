using System.Collections.Concurrent;
using Avvik.Contracts.Routing;
using Avvik.Messaging.Inbox;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace Avvik.Messaging.Tests.Support;

/// <summary>The named points at which a test lets something go wrong.</summary>
internal sealed class Hooks
{
    public Func<EventPage, Task> BeforePublish { get; set; } = _ => Task.CompletedTask;
    /// <summary>The broker has confirmed; the row is still in the outbox.</summary>
    public Func<EventPage, Task> AfterPublish { get; set; } = _ => Task.CompletedTask;
    /// <summary>The effect is written and not committed.</summary>
    public Func<ReporterInformed, Task> InHandler { get; set; } = _ => Task.CompletedTask;
    /// <summary>The effect is committed; the broker does not know.</summary>
    public Func<EventPage, Task> BeforeAcknowledgement { get; set; } = _ => Task.CompletedTask;
}

/// <summary>What the broker handed to an instance, repetitions and all.</summary>
internal sealed class Deliveries(Hooks hooks) : IConsumeObserver
{
    private readonly ConcurrentQueue<Guid> _events = [];
    private int _handled;

    /// <summary>Id of each event delivered, as often as it was.</summary>
    public IReadOnlyCollection<Guid> Events => _events;

    public int Duplicates => _events.Count - _events.Distinct().Count();

    /// <summary>Pages whose events are all applied, dropped or parked.</summary>
    public int PagesHandled => Volatile.Read(ref _handled);

    public Task PreConsume<T>(ConsumeContext<T> context) where T : class
    {
        if (context.Message is EventPage page)
            foreach (var e in page.Events) _events.Enqueue(e.Id);
        return Task.CompletedTask;
    }

    public async Task PostConsume<T>(ConsumeContext<T> context) where T : class
    {
        if (context.Message is not EventPage page) return;
        Interlocked.Increment(ref _handled);
        await hooks.BeforeAcknowledgement(page);
    }

    public Task ConsumeFault<T>(ConsumeContext<T> context, Exception exception) where T : class => Task.CompletedTask;
}

/// <summary>What an instance logged, by the number of the line.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(int Id, string Text)> _lines = [];

    public const int DispatchInterrupted = 1001, PageHeld = 1004, PageRefused = 1015, VersionTooHigh = 1016;

    public int Count(int id) => _lines.Count(l => l.Id == id);

    public override string ToString() => string.Join('\n', _lines.Select(l => l.Text));

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue((eventId.Id, formatter(state, exception)));

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public void Dispose() { }
}
