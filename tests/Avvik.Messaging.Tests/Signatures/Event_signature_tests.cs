using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Avvik.Contracts;
using Avvik.Messaging.Inbox;
using Avvik.Messaging.Signatures;
using Avvik.Messaging.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Avvik.Messaging.Tests.Signatures;

/// <summary>Write access to the broker does not allow forging, changing, dropping or repeating events.</summary>
public sealed class Event_signature_tests
{
    private static readonly JsonSerializerOptions OtherWriter =
        new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly EventVerifier Verifier = new(Options("routing"), TimeProvider.System);

    public static TheoryData<string, string> PublishedEvents
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var entry in MessageCatalog.All)
                foreach (var publisher in entry.Publishers) data.Add(entry.Name, publisher);
            return data;
        }
    }

    [Theory, MemberData(nameof(PublishedEvents))]
    public void Event_of_its_publisher_is_accepted_after_any_reserialization(string type, string publisher)
    {
        var page = SignerOf(publisher).Sign(Page(type, publisher));
        Verifier.Verify(page);
        // A broker client may escape and indent as it likes.
        var written = JsonSerializer.Serialize(page, OtherWriter);
        Verifier.Verify(JsonSerializer.Deserialize<EventPage>(written, JsonSerializerOptions.Web)!);
    }

    [Theory, MemberData(nameof(PublishedEvents))]
    public void Forged_or_changed_event_is_refused(string type, string publisher)
    {
        var page = SignerOf(publisher).Sign(Page(type, publisher));
        var other = MessageCatalog.All.SelectMany(e => e.Publishers).FirstOrDefault(p => !MessageCatalog.Find(type)!.Publishers.Contains(p));
        AssertRefused("unsigned", page with { Signature = null });
        AssertRefused("unsigned", Page(type));
        AssertRefused("wrongSignature", page with { Events = [.. page.Events.Skip(1)] });
        AssertRefused("wrongSignature", page with { Events = [.. page.Events.Reverse()] });
        AssertRefused("wrongSignature", page with { Events = [.. page.Events, .. Page(type).Events] });
        AssertRefused("wrongSignature", page with { Events = [page.Events[0] with { Body = "{}"u8.ToArray() }, page.Events[1]] });
        AssertRefused("wrongSignature", page with { Events = [page.Events[0] with { Id = Guid.CreateVersion7() }, page.Events[1]] });
        AssertRefused("wrongSignature", page with { Events = [page.Events[0] with { Type = "avvik.routing.another.v1" }, page.Events[1]] });
        AssertRefused("wrongSignature", page with { SignedAt = page.SignedAt!.Value.AddDays(1) });
        AssertRefused("wrongSignature", page with { Signature = RandomNumberGenerator.GetBytes(64) });
        AssertRefused("unknownKey", page with { Publisher = other ?? "another" });
        AssertRefused("unknownKey", page with { KeyId = "another" });
        // Another service's own, valid signature does not let it publish this event.
        if (other is not null) AssertRefused("notItsPublisher", SignerOf(other).Sign(Page(type)));
    }

    [Theory, InlineData("avvik.messaging.publisher-watermark.v1"), InlineData("avvik.messaging.access-log-anchored.v1")]
    public void Event_about_another_publisher_is_refused(string type)
    {
        Verifier.Verify(SignerOf("triage").Sign(Page(type, "triage")));
        AssertRefused("notItsPublisher", SignerOf("triage").Sign(Page(type, "reporting")));
        AssertRefused("notItsPublisher", SignerOf("triage").Sign(Page(type, "Triage")));
    }

    [Theory, MemberData(nameof(PublishedEvents))]
    public void Page_repeated_after_the_inbox_has_forgotten_it_is_refused(string type, string publisher)
    {
        var page = SignerOf(publisher).Sign(Page(type, publisher));
        new EventVerifier(Options("routing"), new MovableClock(TimeProvider.System.GetUtcNow().AddDays(28))).Verify(page);
        var late = new EventVerifier(Options("routing"), new MovableClock(TimeProvider.System.GetUtcNow().AddDays(30)));
        Assert.Equal("tooOld", Assert.Throws<UntrustedPageException>(() => late.Verify(page)).Reason);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Replayed_event_of_every_type_has_its_effect_once(Avvik.Storage.DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        await using var services = new ServiceCollection().AddSingleton(typeof(CountAny<>)).BuildServiceProvider();
        var handlers = new EventHandlers<EffectsDb>();
        foreach (var entry in MessageCatalog.All)
            typeof(EventHandlers<EffectsDb>).GetMethod(nameof(EventHandlers<EffectsDb>.Handle))!
                .MakeGenericMethod(entry.Type, typeof(CountAny<>).MakeGenericType(entry.Type)).Invoke(handlers, []);
        var inbox = new EventInbox<EffectsDb>("reporting", instance.Writer, handlers, services, instance.Of<InboxState>(), instance.Of<MessagingMetrics>(),
            TimeProvider.System, instance.Of<ILogger<EventInbox<EffectsDb>>>());
        EventPage[] genuine = [.. MessageCatalog.All.SelectMany(e => e.Publishers.Select(p => SignerOf(p).Sign(Page(e.Name, p))))];

        // As it lay in the queue, again, and again by a client that writes it in its own way.
        foreach (var page in genuine.Concat(genuine.Reverse()).Concat(genuine.Select(Rewritten)))
        {
            Verifier.Verify(page);
            await inbox.ReceiveAsync(page.Events, CancellationToken.None);
        }

        var effects = await database.EffectsAsync();
        // Two events a page.
        Assert.Equal(MessageCatalog.All.Select((e, i) => (new Guid(i, 0, 0, new byte[8]), 2 * e.Publishers.Length)),
            effects.Select(e => (e.Key.Deviation, e.Value)).OrderBy(e => e.Deviation));
        Assert.Equal(0, await database.ParkedAsync());

        static EventPage Rewritten(EventPage page) =>
            JsonSerializer.Deserialize<EventPage>(JsonSerializer.Serialize(page, OtherWriter), JsonSerializerOptions.Web)!;
    }

    [Fact]
    public void Added_key_counts_without_a_restart_beside_the_old_one()
    {
        var folder = Directory.CreateTempSubdirectory("avvik-rotated-").FullName;
        try
        {
            using var old = EventKeys.Of("routing");
            using var next = EventKeys.Of("routing 2027");
            File.WriteAllText(Path.Combine(folder, "routing.pem"), old.ExportSubjectPublicKeyInfoPem());
            File.WriteAllText(Path.Combine(folder, "next-private"), next.ExportPkcs8PrivateKeyPem());
            var verifier = new EventVerifier(new() { PublicKeysFolder = folder }, TimeProvider.System);
            var page = new EventSigner("routing", new() { PrivateKeyFile = Path.Combine(folder, "next-private") }, TimeProvider.System)
                .Sign(Page(Sample.InformedExchange));
            Assert.Equal("unknownKey", Assert.Throws<UntrustedPageException>(() => verifier.Verify(page)).Reason);
            File.WriteAllText(Path.Combine(folder, "routing.2027.pem"), next.ExportSubjectPublicKeyInfoPem());
            verifier.Verify(page);
            verifier.Verify(SignerOf("routing").Sign(Page(Sample.InformedExchange)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Forged_page_on_the_queue_has_no_effect_and_is_parked(Avvik.Storage.DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var host = await (await Broker.SharedAsync()).NewVirtualHostAsync();
        await using var instance = await Instance.CreateAsync(database, host.Uri);
        var (forged, genuine) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await new Topology(new() { Uri = host.Uri.AbsoluteUri }).EnsureAsync(CancellationToken.None);
        await host.PublishAsync("", Sample.Queue, Sample.Envelope(new EventPage { Events = [Sample.Paged(forged)] }), Sample.EnvelopeType);
        await host.PublishAsync("", Sample.Queue, Sample.Envelope(SignerOf("reporting").Sign(new EventPage { Events = [Sample.Paged(forged)] })),
            Sample.EnvelopeType);
        await host.PublishAsync("", Sample.Queue, Sample.Envelope(Sample.Paged(genuine)), Sample.EnvelopeType);
        await instance.StartAsync();

        await database.EventuallyAsync(Tables.ParkedAsync, 2, instance.Log.ToString);
        await database.EventuallyAsync(Tables.InboxAsync, 1, instance.Log.ToString);
        await database.HasEffectsOnceAsync(genuine);
        Assert.All(await instance.Parked.AllAsync(), p => Assert.Equal(("unreadable", nameof(UntrustedPageException)), (p.Source, p.Error)));
        Assert.Equal(2, instance.Log.Count(LogLines.PageRefused));
    }

    private static void AssertRefused(string reason, EventPage page) =>
        Assert.Equal(reason, Assert.Throws<UntrustedPageException>(() => Verifier.Verify(page)).Reason);

    /// <summary>Counts the events of a type.</summary>
    private sealed class CountAny<T> : IHandle<T, EffectsDb> where T : class, IEvent
    {
        private static readonly int Number = MessageCatalog.All.Index().Single(e => e.Item.Type == typeof(T)).Index;

        public Task HandleAsync(T message, Avvik.Storage.UnitOfWork<EffectsDb> unit) =>
            CountEffects.CountAsync(unit, new Guid(Number, 0, 0, new byte[8]), 1);
    }

    private static EventSigningOptions Options(string service)
    {
        var settings = EventKeys.SettingsOf(service);
        return new() { PrivateKeyFile = settings["EventSigning:PrivateKeyFile"], PublicKeysFolder = settings["EventSigning:PublicKeysFolder"] };
    }

    private static EventSigner SignerOf(string service) => new(service, Options(service), TimeProvider.System);

    /// <param name="type">Of its two events, as in the samples.</param>
    /// <param name="publisher">Whom a watermark names; null: whom the sample names.</param>
    private static EventPage Page(string type, string? publisher = null)
    {
        var sample = JsonNode.Parse(File.ReadAllText(Path.Combine(RepositoryRoot.Path, "contracts/samples/v1", $"{type}.json")))!;
        if (publisher is not null && sample["publisher"] is not null) sample["publisher"] = publisher;
        var body = JsonSerializer.SerializeToUtf8Bytes(sample);
        return new()
        {
            Events = [.. Enumerable.Range(0, 2)
            .Select(_ => new PagedEvent { Id = Guid.CreateVersion7(), Type = type, Body = body, TraceParent = "00-1-2-01" })]
        };
    }
}
