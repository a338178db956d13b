using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Avvik.Messaging.Inbox;

namespace Avvik.Messaging.Signatures;

/// <summary>What a page's signature is over.</summary>
internal static class PageDigest
{
    /// <summary>
    /// SHA-256 of publisher, time and every part of every event, each with its length before it, so that no two pages have the same input.
    /// </summary>
    public static byte[] Of(EventPage page)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, "avvik.event-page.v1"u8);
        Add(hash, page.Publisher);
        Add(hash, page.KeyId);
        Add(hash, page.SignedAt?.ToUnixTimeMilliseconds() ?? 0);
        Add(hash, page.Events.Count);
        foreach (var e in page.Events)
        {
            Add(hash, e.Id.ToByteArray(bigEndian: true));
            Add(hash, e.Type);
            Add(hash, e.TraceParent);
            Add(hash, e.Body);
        }
        return hash.GetHashAndReset();
    }

    private static void Add(IncrementalHash hash, string? text) => Add(hash, Encoding.UTF8.GetBytes(text ?? ""));

    private static void Add(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        hash.AppendData(bytes);
    }

    private static void Add(IncrementalHash hash, ReadOnlySpan<byte> part)
    {
        Add(hash, (long)part.Length);
        hash.AppendData(part);
    }
}
