using System.Collections.Frozen;
using System.Text.Json;
using Avvik.Contracts;
using Avvik.Messaging.Inbox;
using Avvik.Messaging.Operations;

namespace Avvik.Messaging.Signatures;

/// <summary>A page that its publisher did not sign, or may not publish, is parked unread.</summary>
/// <param name="reason">As in the log and the metric: <c>unsigned</c>, <c>unknownKey</c>, <c>wrongSignature</c>, <c>notItsPublisher</c>, <c>tooOld</c>.</param>
internal sealed class UntrustedPageException(string reason) : Exception($"The page of events is refused: {reason}.")
{
    public string Reason => reason;
}

/// <summary>Verifies received pages, before anything else is read of them.</summary>
internal sealed class EventVerifier
{
    // An id that the inbox has forgotten would be applied again; a day less, for clocks that differ.
    private static readonly TimeSpan LongestAge = MessagingUpkeep.InboxRetention - TimeSpan.FromDays(1);

    private readonly string _folder;
    private readonly TimeProvider _clock;
    private FrozenDictionary<(string Publisher, string KeyId), EventKey> _keys;

    public EventVerifier(EventSigningOptions options, TimeProvider clock) =>
        (_folder, _clock, _keys) = (options.PublicKeysFolder, clock, ReadKeys(options.PublicKeysFolder));

    /// <exception cref="UntrustedPageException">It is not to be trusted.</exception>
    public void Verify(EventPage page)
    {
        if (page is not { Publisher: { } publisher, KeyId: { } keyId, SignedAt: { } signedAt, Signature: { } signature })
            throw new UntrustedPageException("unsigned");
        if (KeyOf(publisher, keyId) is not { } key) throw new UntrustedPageException("unknownKey");
        if (!key.Verify(PageDigest.Of(page), signature)) throw new UntrustedPageException("wrongSignature");
        if (page.Events.Any(e => MessageCatalog.Find(e.Type) is { } entry && !entry.Publishers.Contains(publisher, StringComparer.Ordinal)))
            throw new UntrustedPageException("notItsPublisher");
        if (page.Events.Any(e => IsAnothers(e, publisher))) throw new UntrustedPageException("notItsPublisher");
        if (signedAt < _clock.GetUtcNow() - LongestAge) throw new UntrustedPageException("tooOld");
    }

    // Whoever told how far another has sent would make others count what has not arrived, or doubt another's access log.
    private static bool IsAnothers(PagedEvent e, string publisher)
    {
        if (MessageCatalog.Find(e.Type) is not { } entry || !entry.Type.IsAssignableTo(typeof(IPublisherEvent))) return false;
        try { return JsonSerializer.Deserialize(e.Body, entry.Json) is IPublisherEvent told && told.Publisher != publisher; }
        catch (JsonException) { return false; }
    }

    private EventKey? KeyOf(string publisher, string keyId)
    {
        if (Volatile.Read(ref _keys).TryGetValue((publisher, keyId), out var known)) return known;
        // It may have been added since: keys are replaced without a restart.
        var keys = ReadKeys(_folder);
        Volatile.Write(ref _keys, keys);
        return keys.GetValueOrDefault((publisher, keyId));
    }

    /// <summary>The public keys of a folder, by publisher and key id; a file's name begins with its publisher.</summary>
    public static FrozenDictionary<(string Publisher, string KeyId), EventKey> ReadKeys(string folder) => Directory.EnumerateFiles(folder, "*.pem")
        .Select(file => (Publisher: Path.GetFileName(file).Split('.')[0], Key: EventKey.Read("EventSigning:PublicKeysFolder", file)))
        .DistinctBy(k => (k.Publisher, k.Key.Id))
        .ToFrozenDictionary(k => (k.Publisher, k.Key.Id), k => k.Key);
}
