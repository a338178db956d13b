using System.Text.Json;
using Avvik.Contracts;
using Avvik.Messaging.Inbox;

namespace Avvik.Testing;

/// <summary>Events as they arrive.</summary>
public static class Events
{
    /// <summary>Each call is a new message with its own id, so that only the version makes a repetition harmless.</summary>
    public static PagedEvent Page(IEvent e)
    {
        var entry = MessageCatalog.Of(e.GetType());
        return new PagedEvent { Id = Guid.CreateVersion7(), Type = entry.Name, Body = JsonSerializer.SerializeToUtf8Bytes(e, entry.Json) };
    }

    /// <summary>A publisher's word that everything until a moment has been sent.</summary>
    public static PagedEvent Watermark(string publisher, DateTimeOffset until, DateTimeOffset? previous, params IReadOnlyList<AppliedWatermark> applied) =>
        Page(new PublisherWatermark
        {
            AggregateId = PublisherWatermark.IdOf(publisher),
            Version = PublisherWatermark.VersionOf(until),
            OccurredAt = until,
            Publisher = publisher,
            CompleteUntil = until,
            Previous = previous,
            Applied = applied,
        });
}
