using System.Text.Json;
using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Contracts.Routing;
using Avvik.Messaging.Inbox;
using Avvik.Messaging.Operations;
using Avvik.Messaging.Signatures;
using Avvik.Storage;

namespace Avvik.Messaging.Tests.Support;

internal static class Sample
{
    public const string InformedExchange = "avvik.routing.reporter-informed.v1", WithdrawnExchange = "avvik.reporting.deviation-withdrawn.v1",
        Queue = "reporting", DeadLetters = "reporting-dead";
    public const string EnvelopeType = "application/vnd.masstransit+json";

    /// <summary>A test that passes does not wait for it. MassTransit may take half a minute to connect again after an outage of ten seconds.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private static readonly DateTimeOffset At = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    public static ReporterInformed Informed(Guid deviation, int version = 1) =>
        new() { DeviationId = deviation, Version = version, OccurredAt = At, Text = new ProtectedText("k1.c2VhbGVk") };

    public static DeviationWithdrawn Withdrawn(Guid deviation, int version) =>
        new() { DeviationId = deviation, Version = version, OccurredAt = At, Organization = "974589095", Reason = new ProtectedText("k1.c2VhbGVk") };

    public static IReadOnlyList<Guid> NewDeviations(int count) => [.. Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7())];

    public static PagedEvent Paged(Guid deviation, int version = 1, Guid? id = null) => new()
    {
        Id = id ?? Guid.CreateVersion7(),
        Type = InformedExchange,
        Body = JsonSerializer.SerializeToUtf8Bytes(Informed(deviation, version), ContractJson.Default.ReporterInformed),
    };

    /// <summary>Signs as the service that publishes <see cref="Informed"/>.</summary>
    public static EventSigner Signer { get; } =
        new("routing", new() { PrivateKeyFile = EventKeys.SettingsOf("routing")["EventSigning:PrivateKeyFile"] }, TimeProvider.System);

    /// <summary>A page as it lies in a queue.</summary>
    public static byte[] Envelope(params IEnumerable<PagedEvent> events) => Envelope(Signer.Sign(new EventPage { Events = [.. events] }));

    /// <summary>Written out by hand: what was published yesterday must be read tomorrow.</summary>
    public static byte[] Envelope(EventPage page) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        messageId = Guid.CreateVersion7(),
        messageType = new[] { "urn:avvik:event-page:v1" },
        message = new
        {
            events = page.Events.Select(e => new { id = e.Id, type = e.Type, traceParent = e.TraceParent, body = e.Body }),
            publisher = page.Publisher,
            keyId = page.KeyId,
            signedAt = page.SignedAt,
            signature = page.Signature,
        },
    });

    /// <summary>Every exchange, queue and binding, and a page in the queue, before anyone is there to take it.</summary>
    public static async Task PutAsync(this VirtualHost host, params IEnumerable<PagedEvent> events)
    {
        await new Topology(new() { Uri = host.Uri.AbsoluteUri }).EnsureAsync(CancellationToken.None);
        await host.PublishAsync("", Queue, Envelope(events), EnvelopeType);
    }
}

internal static class Parked
{
    /// <summary>All that is parked.</summary>
    public static Task<IReadOnlyList<ParkedMessageRow>> AllAsync(this ParkedMessages<EffectsDb> parked) =>
        parked.ListAsync(new(), null, 1000, CancellationToken.None);
}

/// <summary>What tests ask of the tables.</summary>
internal static class Tables
{
    public static Task<long> OutboxAsync(this TestDatabase database) => database.CountAsync("select count(*) from outbox_message");

    public static Task<long> AttemptsAsync(this TestDatabase database) => database.CountAsync("select coalesce(sum(attempts), 0) from outbox_message");

    public static Task<long> InboxAsync(this TestDatabase database) => database.CountAsync("select count(*) from inbox_message");

    public static Task<long> ParkedAsync(this TestDatabase database) =>
        database.CountAsync(
            "select (select count(*) from parked_message where resolved_at is null) + (select count(*) from outbox_message where parked_at is not null)");

    /// <summary>How often each version of a deviation had its effect.</summary>
    public static async Task<IReadOnlyDictionary<(Guid Deviation, int Version), int>> EffectsAsync(this TestDatabase database) =>
        (await database.QueryAsync("select deviation_id, version, count from effects", r => (r.GetGuid(0), Version: r.GetInt32(1), Count: r.GetInt32(2))))
        .ToDictionary(r => (r.Item1, r.Version), r => r.Count);

    /// <summary>Each of them once, and nothing else.</summary>
    public static async Task HasEffectsOnceAsync(this TestDatabase database, params IEnumerable<Guid> deviations)
    {
        var effects = await database.EffectsAsync();
        Assert.Equal(deviations.Order(), effects.Keys.Select(k => k.Deviation).Order());
        Assert.All(effects.Values, count => Assert.Equal(1, count));
    }

    public static Task EventuallyAsync(this TestDatabase database, Func<TestDatabase, Task<long>> figure, long value, Func<string>? describe = null) =>
        Eventually.IsTrue(
        async () => await figure(database) == value, Sample.Soon,
        async () => $"outbox {await database.OutboxAsync()}, attempts {await database.AttemptsAsync()}, inbox {await database.InboxAsync()}, "
            + $"parked {await database.ParkedAsync()}; {describe?.Invoke()}");

    /// <summary>
    /// Time passes for what waits to be tried again, and for nothing else; what a dispatcher is settling right now has its turn the next time.
    /// </summary>
    public static Task EverythingIsDueAsync(this TestDatabase database) => database.ExecuteAsync(
        "update outbox_message set due_at = 0 where id in (select id from outbox_message where parked_at is null and due_at > 0 order by id "
        + (database.Provider == DatabaseProvider.Postgres ? "for update skip locked)" : ")"));

    /// <summary>What was put off is put off by an hour more: no slow moment of the test makes it due.</summary>
    public static Task NothingComesDueAsync(this TestDatabase database) =>
        database.ExecuteAsync("update outbox_message set due_at = due_at + 3600000 where due_at > 0");

    /// <summary>Time passes for the leases.</summary>
    public static Task LeasesEndAsync(this TestDatabase database) => database.ExecuteAsync("update outbox_lane set leased_until = 0");

    public static Task<long> LeasedLanesAsync(this TestDatabase database) => database.CountAsync(database.Provider == DatabaseProvider.Sqlite
        ? "select count(*) from outbox_lane where owner is not null and leased_until > unixepoch('subsec') * 1000"
        : "select count(*) from outbox_lane where owner is not null and leased_until > extract(epoch from clock_timestamp()) * 1000");
}
