using System.Buffers.Text;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
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

/// <summary>Appends the signed head of the log to a file, so that whoever can rewrite the database cannot rewrite the log unseen.</summary>
internal sealed class AnchorWriter<TDb>(string service, AnchorOptions options, EventKey key, IDbContextFactory<TDb> databases, TimeProvider clock,
    ILogger<AnchorWriter<TDb>> log) : PeriodicService(TimeSpan.FromSeconds(options.AnchorSeconds), clock, log) where TDb : DbContext
{
    private long _last;

    protected override async Task DoAsync(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await db.Set<AccessHead>().FirstOrDefaultAsync(ct) is not { } head || head.Position == _last) return;
        var line = new AnchorLine(service, head.Position, Convert.ToHexStringLower(head.Hash), Clock.GetUtcNow().ToUnixTimeMilliseconds(), key.Id, "");
        line = line with { Signature = Base64Url.EncodeToString(key.Sign(line.Digest())) };
        // One write at the end of the file, so that the lines of several instances do not mix.
        await File.AppendAllTextAsync(options.AnchorFile!, JsonSerializer.Serialize(line, JsonSerializerOptions.Web) + "\n", ct);
        _last = head.Position;
    }
}

/// <summary>Reads the anchors that a service has written.</summary>
internal sealed class AnchorReader(string service, IOptions<AnchorOptions> options, IOptions<EventSigningOptions> keys)
{
    /// <summary>All of them; one that is not signed by the service has no hash, which no line has.</summary>
    public async Task<List<AccessAnchor>> ReadAsync(CancellationToken ct)
    {
        var anchors = new List<AccessAnchor>();
        if (options.Value.AnchorFile is not { } file || !File.Exists(file)) return anchors;
        var known = EventVerifier.ReadKeys(keys.Value.PublicKeysFolder);
        var position = 1L;
        await foreach (var text in File.ReadLinesAsync(file, ct))
        {
            AnchorLine? line = null;
            try { line = JsonSerializer.Deserialize<AnchorLine>(text, JsonSerializerOptions.Web); }
            catch (JsonException) { }
            if (line is not null && line.Position > 0) position = line.Position;
            anchors.Add(new(position, line is not null && line.Service == service && IsSigned(line) ? Convert.FromHexString(line.Hash) : []));
        }
        return anchors;

        bool IsSigned(AnchorLine line) => known.TryGetValue((service, line.KeyId), out var key) && Base64Url.IsValid(line.Signature)
            && key.Verify(line.Digest(), Base64Url.DecodeFromChars(line.Signature));
    }
}
