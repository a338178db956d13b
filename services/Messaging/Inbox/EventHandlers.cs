using System.Text.Json;
using Avvik.Contracts;
using Avvik.Storage;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Messaging.Inbox;

/// <summary>
/// Applies an event. It runs once per event (the inbox sees to it), in the transaction of its effect, together with other events and in any order, so it
/// keeps the highest version. It throws <see cref="EventRejectedException"/> for an event that can never be applied: that one is parked.
/// </summary>
public interface IHandle<in TEvent, TDb> where TEvent : class, IEvent where TDb : DbContext
{
    /// <summary>Writes through the unit of work and nothing else.</summary>
    Task HandleAsync(TEvent message, UnitOfWork<TDb> unit);
}

/// <summary>Which handler applies which event in this service.</summary>
public sealed class EventHandlers<TDb> where TDb : DbContext
{
    // More changes than a case, an assignment or the directory ever has.
    internal const int HighestVersion = 100_000;

    private readonly Dictionary<string, Func<IServiceProvider, byte[], UnitOfWork<TDb>, Task>> _handlers = new(StringComparer.Ordinal);

    internal List<Type> HandlerTypes { get; } = [];

    /// <summary>Names the handler of an event.</summary>
    public EventHandlers<TDb> Handle<TEvent, THandler>() where TEvent : class, IEvent where THandler : class, IHandle<TEvent, TDb>
    {
        var entry = MessageCatalog.Of(typeof(TEvent));
        HandlerTypes.Add(typeof(THandler));
        _handlers.Add(entry.Name, (services, body, unit) => ((THandler)services.GetService(typeof(THandler))!).HandleAsync(Read<TEvent>(body, entry), unit));
        return this;
    }

    private static TEvent Read<TEvent>(byte[] body, CatalogEntry entry)
    {
        IEvent message;
        try { message = (IEvent)(JsonSerializer.Deserialize(body, entry.Json) ?? throw new JsonException("The event is null.")); }
        catch (JsonException error) { throw new UnreadableEventException(error); }
        // Those of publishers' events are times.
        return message.Version > HighestVersion && message is not IPublisherEvent ? throw new VersionTooHighException(message.Version) : (TEvent)message;
    }

    internal Task ApplyAsync(IServiceProvider services, PagedEvent e, UnitOfWork<TDb> unit) => _handlers.TryGetValue(e.Type, out var apply)
        ? apply(services, e.Body, unit)
        : throw new UnknownEventTypeException(e.Type);
}
