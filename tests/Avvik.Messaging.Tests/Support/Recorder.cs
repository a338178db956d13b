using System.Collections.Concurrent;
using System.Text.Json;
using Avvik.Messaging.Inbox;
using Avvik.Messaging.Outbox;

namespace Avvik.Messaging.Tests.Support;

/// <summary>Replaces the broker: confirms and records each page, or refuses it and records nothing.</summary>
internal sealed class Recorder
{
    private readonly ConcurrentQueue<(string Exchange, EventPage Page)> _pages = [];

    /// <summary>Throw to refuse a page.</summary>
    public Func<EventPage, Task> OnPage { get; set; } = _ => Task.CompletedTask;

    public IReadOnlyCollection<(string Exchange, EventPage Page)> Pages => _pages;

    public IReadOnlyList<PagedEvent> Events => [.. _pages.SelectMany(p => p.Page.Events)];

    public IReadOnlyList<(Guid Deviation, int Version)> Versions => [.. Events.Select(e => (e.DeviationId(), e.Version()))];

    public PublishPage Publish => async (exchange, page, _) =>
    {
        await OnPage(page);
        _pages.Enqueue((exchange, page));
    };
}

internal static class Draining
{
    /// <summary>Dispatches until nothing is left to send; a dispatcher that never says so fails.</summary>
    public static async Task DrainAsync(this OutboxDispatcher<EffectsDb> dispatcher, Func<Task>? between = null)
    {
        for (var rounds = 0; await dispatcher.DispatchAsync(CancellationToken.None); rounds++)
        {
            Assert.True(rounds < 200, "There is always something to send.");
            if (between is not null) await between();
        }
    }
}

/// <summary>What the broker says of a page it will not have.</summary>
internal sealed class RefusedException() : Exception("Refused.");

internal static class PagedEventReading
{
    public static Guid DeviationId(this PagedEvent e) => JsonElement.Parse(e.Body).GetProperty("deviationId").GetGuid();

    public static int Version(this PagedEvent e) => JsonElement.Parse(e.Body).GetProperty("version").GetInt32();

    public static bool Holds(this EventPage page, Guid deviation) => page.Events.Any(e => e.DeviationId() == deviation);
}
