using System.Buffers.Text;
using System.Collections.Frozen;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Avvik.Contracts;
using Avvik.Hosting.Lists;
using Avvik.Messaging;
using Avvik.Messaging.Inbox;
using Avvik.Messaging.Signatures;
using Avvik.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Avvik.AccessLog;

/// <summary>Section <c>AccessLog</c>.</summary>
public sealed class AnchorOptions
{
    /// <summary>
    /// File that the log's signed head is appended to, a line of JSON each: on a volume that the database's administrator cannot write, and that the SIEM
    /// reads. Not set: no anchors.
    /// </summary>
    public string? AnchorFile { get; set; }

    /// <summary>Seconds between two anchors.</summary>
    [Range(1, 3600)]
    public int AnchorSeconds { get; set; } = 60;

    /// <summary>Days that lines are kept: five years, unless the trust's retention schedule says otherwise.</summary>
    [Range(30, 36500)]
    public int RetentionDays { get; set; } = 1827;
}

/// <summary>An earlier head of a log, kept outside the log's database.</summary>
/// <param name="Position">Position of the last line at that time.</param>
/// <param name="Hash">Its hash.</param>
public sealed record AccessAnchor(long Position, byte[] Hash);

/// <summary>A line of the anchor file.</summary>
/// <param name="Service">Whose log.</param>
/// <param name="Position">Position of the last line.</param>
/// <param name="Hash">Its hash, in hexadecimal.</param>
/// <param name="At">When, in Unix milliseconds.</param>
/// <param name="KeyId">Which of the service's signing keys.</param>
/// <param name="Signature">ECDSA (P-256, SHA-256) of the members before it, in base64url.</param>
internal sealed record AnchorLine(string Service, long Position, string Hash, long At, string KeyId, string Signature)
{
    public byte[] Digest() => SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"avvik.access-log-anchor.v1\n{Service}\n{Position}\n{Hash}\n{At}\n{KeyId}")));
}

/// <summary>
/// Appends the signed head of the log to a file, and sends it to the other services, so that whoever can rewrite the database cannot rewrite the log unseen.
/// </summary>
internal sealed class AnchorWriter<TDb>(string service, AnchorOptions options, EventKey key, Writer<TDb> writer, IDbContextFactory<TDb> databases,
    Func<EventPage, CancellationToken, Task<bool>> publish, TimeProvider clock, ILogger<AnchorWriter<TDb>> log)
    : PeriodicService(TimeSpan.FromSeconds(options.AnchorSeconds), clock, log) where TDb : DbContext
{
    private static readonly CatalogEntry Entry = MessageCatalog.Of(typeof(AccessLogAnchored));

    private long _written, _sent;

    protected override async Task DoAsync(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await db.Set<AccessHead>().FirstOrDefaultAsync(ct) is not { } head) return;
        if (options.AnchorFile is { Length: > 0 } file && head.Position != _written)
        {
            var line = new AnchorLine(service, head.Position, Convert.ToHexStringLower(head.Hash), Clock.GetUtcNow().ToUnixTimeMilliseconds(), key.Id, "");
            line = line with { Signature = Base64Url.EncodeToString(key.Sign(line.Digest())) };
            // One write at the end of the file, so that the lines of several instances do not mix.
            await File.AppendAllTextAsync(file, JsonSerializer.Serialize(line, JsonSerializerOptions.Web) + "\n", ct);
            _written = head.Position;
        }
        if (head.Position != _sent && await SendAsync(db, head, ct)) _sent = head.Position;
    }

    private async Task<bool> SendAsync(TDb db, AccessHead head, CancellationToken ct)
    {
        var before = await db.Set<KeptAnchor>().Where(a => a.Service == service).OrderByDescending(a => a.Position).FirstOrDefaultAsync(ct);
        if (before?.Position == head.Position && before.Hash == Convert.ToHexStringLower(head.Hash)) return true;
        // As the log has it now, not as it was sent.
        var line = before is null ? null : await db.Set<AccessEntry>().FirstOrDefaultAsync(e => e.Position == before.Position, ct);
        var now = Clock.GetUtcNow();
        var anchor = new AccessLogAnchored
        {
            AggregateId = PublisherWatermark.IdOf(service),
            Version = PublisherWatermark.VersionOf(now),
            OccurredAt = now,
            Publisher = service,
            Position = head.Position,
            Hash = Convert.ToHexStringLower(head.Hash),
            PreviousPosition = before?.Position,
            PreviousHash = line is null ? before?.Hash : Convert.ToHexStringLower(line.Hash),
        };
        // Not through the outbox: when one is not sent, the next says more.
        if (!await publish(new EventPage
        {
            Events = [new PagedEvent { Id = Guid.CreateVersion7(now), Type = Entry.Name, Body = JsonSerializer.SerializeToUtf8Bytes(anchor, Entry.Json) }],
        }, ct)) return false;
        await writer.WriteAsync(unit => unit.InsertIfNewAsync(anchor.Keep()), ct);
        return true;
    }
}

/// <summary>Keeps the heads of the other services' logs.</summary>
internal sealed partial class AccessLogAnchoredHandler<TDb>(ServiceName service, ILogger<AccessLogAnchoredHandler<TDb>> log) : IHandle<AccessLogAnchored, TDb>
    where TDb : DbContext
{
    public async Task HandleAsync(AccessLogAnchored message, UnitOfWork<TDb> unit)
    {
        if (message.Publisher == service.Value) return;
        await unit.InsertIfNewAsync(message.Keep());
        if (message.PreviousPosition is { } position && await unit.Sql.ScalarAsync<long>(
            "select count(*) from access_log_anchors where service = @p1 and position = @p2 and hash <> @p3",
            message.Publisher, position, message.PreviousHash ?? "") > 0)
            LogRewritten(log, message.Publisher, position);
    }

    [LoggerMessage(1031, LogLevel.Critical,
        "The access log of {Service} has another line {Position} than it said before: it was rewritten. Run compose/audit.")]
    private static partial void LogRewritten(ILogger log, string service, long position);
}

internal static class KeptAnchors
{
    public static KeptAnchor Keep(this AccessLogAnchored anchor) => new()
    {
        Service = anchor.Publisher,
        Position = anchor.Position,
        Hash = anchor.Hash,
        PreviousPosition = anchor.PreviousPosition,
        PreviousHash = anchor.PreviousHash,
        At = anchor.OccurredAt,
    };
}

/// <summary>The service's signing key, and the public keys that its earlier signatures are verified by.</summary>
internal sealed class ServiceKeys(string service, EventSigningOptions options)
{
    private FrozenDictionary<(string, string), EventKey> _known = FrozenDictionary<(string, string), EventKey>.Empty;

    private readonly Lazy<EventKey> _own = new(() => EventKey.Read("EventSigning:PrivateKeyFile", options.PrivateKeyFile));

    public string Service => service;

    public EventKey Own => _own.Value;

    /// <summary>Cursors of the log. A page that was given before the key was replaced is asked for again from the beginning.</summary>
    public PositionCursor Cursors => field ??= new(Own.SecretFor("access log cursors"));

    /// <summary>Whether the service signed it, with a key that is in the folder when this is first asked or, later, was added.</summary>
    public bool Verify(string keyId, byte[] digest, byte[] signature)
    {
        if (!Volatile.Read(ref _known).TryGetValue((service, keyId), out var key))
        {
            var known = EventVerifier.ReadKeys(options.PublicKeysFolder);
            Volatile.Write(ref _known, known);
            known.TryGetValue((service, keyId), out key);
        }
        return key?.Verify(digest, signature) == true;
    }
}

/// <summary>Reads the anchors that a service has written.</summary>
internal sealed class AnchorReader(ServiceKeys keys, IOptions<AnchorOptions> options)
{
    /// <summary>All of them; one that is not signed by the service has no hash, which no line has.</summary>
    public async Task<List<AccessAnchor>> ReadAsync(CancellationToken ct)
    {
        var anchors = new List<AccessAnchor>();
        if (options.Value.AnchorFile is not { } file || !File.Exists(file)) return anchors;
        var position = 1L;
        await foreach (var text in File.ReadLinesAsync(file, ct))
        {
            AnchorLine? line = null;
            try { line = JsonSerializer.Deserialize<AnchorLine>(text, JsonSerializerOptions.Web); }
            catch (JsonException) { }
            if (line is not null && line.Position > 0) position = line.Position;
            anchors.Add(new(position, line is not null && line.Service == keys.Service && IsSigned(line) ? Convert.FromHexString(line.Hash) : []));
        }
        return anchors;
    }

    private bool IsSigned(AnchorLine line) =>
        Base64Url.IsValid(line.Signature) && keys.Verify(line.KeyId, line.Digest(), Base64Url.DecodeFromChars(line.Signature));
}
