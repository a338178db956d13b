using Avvik.Contracts;
using Avvik.Messaging.Inbox;

namespace Avvik.Messaging.Signatures;

/// <summary>
/// Signs each page as it is sent (ECDSA, P-256, SHA-256). Write access to the broker then does not allow forging an event or changing, dropping or repeating
/// one of a page; a page costs one signature, whatever it holds.
/// </summary>
internal sealed class EventSigner(string service, EventSigningOptions options, TimeProvider clock)
{
    private readonly EventKey? _key = Publishes(service) ? EventKey.Read("EventSigning:PrivateKeyFile", options.PrivateKeyFile) : null;

    public static bool Publishes(string service) => MessageCatalog.All.Any(e => e.Publishers.Contains(service, StringComparer.Ordinal));

    public EventPage Sign(EventPage page)
    {
        var key = _key ?? throw new InvalidOperationException($"The catalog names no event that {service} publishes.");
        var signed = page with { Publisher = service, KeyId = key.Id, SignedAt = clock.GetUtcNow() };
        return signed with { Signature = key.Sign(PageDigest.Of(signed)) };
    }
}
