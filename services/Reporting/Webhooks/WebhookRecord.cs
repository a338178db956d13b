using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Avvik.Contracts;
using Avvik.Hosting.Callers;
using Avvik.TextProtection;

namespace Avvik.Reporting.Webhooks;

/// <summary>
/// An address that changes are sent to: a webhook, or a FHIR Subscription. It has its own position in the change feed, so nothing that it is to be sent can
/// be lost, and sending again is to move the position.
/// </summary>
internal sealed class WebhookRecord
{
    public const string Webhook = "webhook", Subscription = "subscription";
    /// <summary>Why nothing is sent: whoever registered it wants none.</summary>
    public const string ByOwner = "byOwner";

    public required Guid Id { get; init; }
    /// <summary><see cref="Webhook"/> or <see cref="Subscription"/>.</summary>
    public required string Kind { get; init; }
    /// <summary>The party.</summary>
    public required string Organization { get; init; }
    /// <summary>The software that registered it: another vendor's does not see it.</summary>
    public required string ClientId { get; init; }
    public required string Subject { get; init; }
    /// <summary>Unit of the software's token; it decides which restricted unit's changes it is sent.</summary>
    public string? Unit { get; init; }
    public string? ReportingUnit { get; set; }
    /// <summary>Sealed <see cref="WebhookSettings"/>.</summary>
    public required string Settings { get; set; }
    public int Version { get; set; }
    /// <summary>Null while it is sent to.</summary>
    public string? DisabledCode { get; set; }
    /// <summary>The last change of the feed that was delivered, or that it is not to be sent.</summary>
    public long Position { get; set; }
    /// <summary>When it is next looked at; while something is being sent, when another instance takes that for lost.</summary>
    public DateTimeOffset NextDueAt { get; set; }
    /// <summary>Rises each time an instance takes it, and with each change of it: only the last who took it records how sending went.</summary>
    public int Claim { get; set; }
    /// <summary>Attempts that have failed since something was last delivered.</summary>
    public int Attempts { get; set; }
    public DateTimeOffset? FailingSince { get; set; }
    public string? FailureCode { get; set; }
    public DateTimeOffset? DeliveredAt { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset ChangedAt { get; set; }

    /// <summary>Whoever is sent something sees what the software that registered it may read in the feed, and no more.</summary>
    public Caller AsCaller() => new(Organization, Unit, ClientId, Subject, new HashSet<string>(StringComparer.Ordinal) { Roles.Client });

    /// <summary>Begins afresh, or stops: failures are forgotten, and what is being sent now is not recorded.</summary>
    public void Resume(bool isEnabled, DateTimeOffset now)
    {
        (DisabledCode, Attempts, FailingSince, FailureCode, NextDueAt) = (isEnabled ? null : ByOwner, 0, null, null, now);
        Claim++;
    }
}

/// <summary>What of a webhook is a secret, or may hold one.</summary>
internal sealed record WebhookSettings(string Url)
{
    // Rotated more often than this within the overlap, the oldest stops signing.
    private const int MaxSecrets = 5;

    /// <summary>Signing secrets, newest first, with the time at which each stops signing. Of a Subscription: none.</summary>
    public IReadOnlyList<WebhookSecret> Secrets { get; init; } = [];
    /// <summary>Of a Subscription: headers that it is called with.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];
    public string? Criteria { get; init; }
    public string? Reason { get; init; }
    /// <summary>Of a Subscription: the case states that it is about; null: all.</summary>
    public IReadOnlyList<string>? States { get; init; }
    /// <summary>Of a Subscription: number of the party that is to answer; null: any.</summary>
    public string? Owner { get; init; }

    public string Seal(TextProtector texts) => texts.Protect(JsonSerializer.Serialize(this, WebhookJson.Default.WebhookSettings)).Value;

    /// <summary>Null when no key opens them.</summary>
    public static WebhookSettings? Open(string stored, TextProtector texts) => texts.TryOpen(stored) is { } json
        ? JsonSerializer.Deserialize(json, WebhookJson.Default.WebhookSettings) : null;

    public IEnumerable<string> SigningSecrets(DateTimeOffset now) => Secrets.Where(s => s.Until is null || s.Until > now).Select(s => s.Value);

    /// <summary>A new secret; the present one signs beside it until then.</summary>
    public WebhookSettings Rotated(DateTimeOffset now, DateTimeOffset until) => this with
    {
        Secrets = [NewSecret(), .. Secrets.Where(s => s.Until is null || s.Until > now).Select(s => s with { Until = s.Until ?? until }).Take(MaxSecrets - 1)],
    };

    public static WebhookSecret NewSecret() => new($"whsec_{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}", null);
}

internal sealed record WebhookSecret(string Value, DateTimeOffset? Until);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(WebhookSettings))]
internal sealed partial class WebhookJson : JsonSerializerContext;
