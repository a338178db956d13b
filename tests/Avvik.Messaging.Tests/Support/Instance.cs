using Avvik.Contracts.Routing;
using Avvik.Messaging.Inbox;
using Avvik.Messaging.Operations;
using Avvik.Messaging.Outbox;
using Avvik.Messaging.Signatures;
using Avvik.Storage;
using Avvik.TextProtection;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Avvik.Messaging.Tests.Support;

/// <summary>An instance of the service that owns an <see cref="EffectsDb"/>: put together as a real one is, started as far as a test wants.</summary>
internal sealed class Instance : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly DatabaseOptions _options;
    private bool _started;

    private Instance(IHost host) => (_host, _options) = (host, host.Services.GetRequiredService<IOptions<DatabaseOptions>>().Value);

    public Hooks Hooks => Of<Hooks>();
    public Deliveries Deliveries => Of<Deliveries>();
    public LogLines Log => Of<LogLines>();
    public Writer<EffectsDb> Writer => Of<Writer<EffectsDb>>();
    public EventInbox<EffectsDb> Inbox => Of<EventInbox<EffectsDb>>();
    public ParkedMessages<EffectsDb> Parked => Of<ParkedMessages<EffectsDb>>();

    /// <param name="database">Its database, migrated here.</param>
    /// <param name="broker">Left out where the test plays the broker's part.</param>
    /// <param name="connectionString">Another way to the same database.</param>
    /// <param name="service">Its queue. <c>reporting</c> is the one that ReporterInformed goes to, so an instance consumes what it publishes.</param>
    /// <param name="hooks">Where things go wrong.</param>
    /// <param name="declareTopology">Whether its user may.</param>
    public static async Task<Instance> CreateAsync(TestDatabase database, Uri? broker = null, string? connectionString = null, string service = "reporting",
        Hooks? hooks = null, bool declareTopology = true)
    {
        var instance = new Instance(Build(database.Provider.ToString(), connectionString ?? database.ConnectionString, broker, service, hooks,
            declareTopology));
        await instance._host.MigrateAsync<EffectsDb>();
        return instance;
    }

    public static IHost Build(string provider, string connectionString, Uri? broker, string service = "reporting", Hooks? hooks = null,
        bool declareTopology = true)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Database:Provider"] = provider,
            ["ConnectionStrings:Database"] = connectionString,
            // Tests that count what is in a queue publish watermarks themselves.
            ["Watermarks:IntervalSeconds"] = "3600",
            ["RabbitMq:Uri"] = broker?.AbsoluteUri ?? "amqp://nobody:none@127.0.0.1:1/none",
            ["RabbitMq:DeclareTopology"] = declareTopology.ToString(),
            ["TextProtection:ActiveKey"] = "k1",
            ["TextProtection:Keys:k1"] = TestKeys.Of("TextProtection"),
        });
        foreach (var (name, value) in EventKeys.SettingsOf(service)) builder.Configuration[name] = value;
        var log = new LogLines();
        builder.Logging.AddProvider(log).AddFilter("MassTransit", LogLevel.Error).AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(log);
        builder.Services.AddSingleton(hooks ?? new Hooks());
        builder.AddDatabase<EffectsDb>();
        builder.AddTextProtection();
        builder.AddMessaging<EffectsDb>(service, handlers => handlers.Handle<ReporterInformed, CountEffects>());
        // An instance consumes what it publishes: it signs as the service that may.
        builder.Services.AddSingleton(Sample.Signer);
        builder.Services.AddSingleton<Deliveries>();
        builder.Services.AddConsumeObserver(services => services.GetRequiredService<Deliveries>());
        // The real publisher, between two hooks.
        builder.Services.AddSingleton(s => new OutboxDispatcher<EffectsDb>(s.GetRequiredService<Writer<EffectsDb>>(),
            s.GetRequiredService<IOptions<DatabaseOptions>>().Value,
            Hooked(s.GetRequiredService<Hooks>(), PagePublisher.On(s.GetRequiredService<IBus>(),
                s.GetRequiredService<EventSigner>(), s.GetRequiredService<MessagingMetrics>())), s.GetRequiredService<MessagingMetrics>()));
        return builder.Build();
    }

    public T Of<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    /// <summary>Everything runs: bus, outbox, upkeep.</summary>
    public Task StartAsync()
    {
        _started = true;
        return _host.StartAsync();
    }

    /// <summary>Only the bus runs; the test dispatches.</summary>
    public async Task StartBusAsync() => await Of<IBusControl>().StartAsync();

    /// <summary>A dispatcher of its own identity, with the test or the real bus at the other end.</summary>
    public OutboxDispatcher<EffectsDb> Dispatcher(PublishPage? publish = null, Writer<EffectsDb>? writer = null, TimeSpan? publishTimeout = null) =>
        new(writer ?? Writer, _options, publish ?? PagePublisher.On(Of<IBus>(), Of<EventSigner>(), Of<MessagingMetrics>()),
            Of<MessagingMetrics>(), publishTimeout);

    /// <summary>Another writer on the same database, as another instance has.</summary>
    public Writer<EffectsDb> NewWriter() => new(Options.Create(_options), Of<CommitSignal>(), TimeProvider.System, new WriterOptions(TimeSpan.Zero));

    public Task EnqueueAsync(params IEnumerable<ReporterInformed> events) => Writer.WriteAsync(async unit =>
    {
        foreach (var e in events) await unit.EnqueueAsync(e);
        return true;
    }, CancellationToken.None);

    private static PublishPage Hooked(Hooks hooks, PublishPage publish) => async (exchange, page, ct) =>
    {
        await hooks.BeforePublish(page);
        await publish(exchange, page, ct);
        await hooks.AfterPublish(page);
    };

    public async ValueTask DisposeAsync()
    {
        if (_started) await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
