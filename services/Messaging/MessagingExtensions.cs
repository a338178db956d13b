using System.Diagnostics;
using System.Net.Security;
using System.Security.Authentication;
using Avvik.Contracts;
using Avvik.Messaging.Inbox;
using Avvik.Messaging.Operations;
using Avvik.Messaging.Outbox;
using Avvik.Messaging.Signatures;
using Avvik.Messaging.Watermarks;
using Avvik.Storage;
using Avvik.TextProtection;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Avvik.Messaging;

/// <summary>The service that this process is, as the catalog names it.</summary>
internal sealed record ServiceName(string Value);

/// <summary>Puts a service on the broker.</summary>
public static class MessagingExtensions
{
    // One page being applied, one that shares its commit, and a few on their way.
    internal const int PagesAtOnce = 8;

    /// <summary>
    /// Adds the outbox, the inbox, the bus and the handlers of the service's events. The service's name is its queue. The host starts, and stays
    /// ready, without a broker: events wait in the outbox.
    /// </summary>
    /// <param name="builder">The host.</param>
    /// <param name="service">As the catalog names it.</param>
    /// <param name="configure">Names the handlers.</param>
    /// <param name="parties">Whose business a parked message about a deviation is, where the message does not tell.</param>
    public static void AddMessaging<TDb>(this IHostApplicationBuilder builder, string service, Action<EventHandlers<TDb>>? configure = null,
        FindParties<TDb>? parties = null)
        where TDb : DbContext
    {
        var handlers = new EventHandlers<TDb>();
        configure?.Invoke(handlers);
        var services = builder.Services;
        services.AddOptions<RabbitMqOptions>().BindConfiguration("RabbitMq")
            .Validate(o => Uri.TryCreate(o.Uri, UriKind.Absolute, out var uri) && uri.Scheme is "amqp" or "amqps",
                "RabbitMq:Uri must be amqp://user:password@host:port/vhost.")
            .Validate(o => o.PasswordFile is null || File.Exists(o.PasswordFile), "RabbitMq:PasswordFile names no file.")
            .ValidateOnStart();
        services.AddOptions<EventSigningOptions>().BindConfiguration("EventSigning")
            .Validate(o => !EventSigner.Publishes(service) || File.Exists(o.PrivateKeyFile),
                "EventSigning:PrivateKeyFile must name a PEM file with the service's EC P-256 key.")
            .Validate(o => Directory.Exists(o.PublicKeysFolder), "EventSigning:PublicKeysFolder must name the folder with the publishers' public keys.")
            .ValidateOnStart();
        services.AddSingleton(s => new EventSigner(service, s.GetRequiredService<IOptions<EventSigningOptions>>().Value, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => new EventVerifier(s.GetRequiredService<IOptions<EventSigningOptions>>().Value, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(new ServiceName(service));
        services.AddOptions<WatermarkOptions>().BindConfiguration("Watermarks").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<Completeness<TDb>>();
        var watermarks = MessageCatalog.Of(typeof(PublisherWatermark));
        if (watermarks.Consumers.Contains(service, StringComparer.Ordinal)) handlers.Handle<PublisherWatermark, PublisherWatermarkHandler<TDb>>();
        if (watermarks.Publishers.Contains(service, StringComparer.Ordinal))
            services.AddHostedService(s => new WatermarkPublisher<TDb>(s.GetRequiredService<ServiceName>(),
                s.GetRequiredService<IOptions<WatermarkOptions>>().Value,
                s.GetRequiredService<Writer<TDb>>(), s.GetRequiredService<IDbContextFactory<TDb>>(), s.GetRequiredService<OutboxDispatcher<TDb>>(),
                s.GetRequiredService<InboxState>(), () => s.GetRequiredService<IBusControl>().CheckHealth().Status == BusHealthStatus.Healthy,
                s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<WatermarkPublisher<TDb>>>()));
        foreach (var handler in handlers.HandlerTypes) services.AddSingleton(handler);
        services.AddSingleton(handlers);
        services.AddSingleton<MessagingMetrics>();
        services.AddSingleton(s => new Topology(s.GetRequiredService<IOptions<RabbitMqOptions>>().Value));
        services.AddSingleton<InboxState>();
        services.AddSingleton(s => new EventInbox<TDb>(service, s.GetRequiredService<Writer<TDb>>(), handlers, s, s.GetRequiredService<InboxState>(),
            s.GetRequiredService<MessagingMetrics>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<EventInbox<TDb>>>()));
        services.AddSingleton<EndpointSupervisor<TDb>>();
        services.AddHostedService(s => s.GetRequiredService<EndpointSupervisor<TDb>>());
        services.AddHealthChecks().AddCheck<InboxHealth>("inbox", tags: ["required"]);
        services.AddSingleton(s => new ParkedMessages<TDb>(service, s.GetRequiredService<Writer<TDb>>(), s.GetRequiredService<IDbContextFactory<TDb>>(),
            s.GetRequiredService<EventInbox<TDb>>(), s.GetRequiredService<Topology>(), new(s.GetRequiredService<IDbContextFactory<TDb>>(), parties),
            s.GetRequiredService<TextProtector>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<ParkedMessages<TDb>>>()));
        builder.AddTextResealing<TDb>((typeof(ParkedMessage), nameof(ParkedMessage.Reason)));
        services.AddSingleton(s => new OutboxDispatcher<TDb>(s.GetRequiredService<Writer<TDb>>(), s.GetRequiredService<IOptions<DatabaseOptions>>().Value,
            PagePublisher.On(s.GetRequiredService<IBus>(), s.GetRequiredService<EventSigner>(), s.GetRequiredService<MessagingMetrics>()),
            s.GetRequiredService<MessagingMetrics>()));
        // A page that cannot be applied returns to the queue when the service stops, instead of keeping it from stopping.
        services.Configure<MassTransitHostOptions>(o => (o.ConsumerStopTimeout, o.StopTimeout) = (TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10)));
        services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.AddConsumer<PageConsumer<TDb>>();
            bus.ConfigureHealthCheckOptions(o => o.MinimalFailureStatus = Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Degraded);
            bus.UsingRabbitMq((context, rabbit) =>
            {
                var address = context.GetRequiredService<IOptions<RabbitMqOptions>>().Value.Address;
                rabbit.Host(address, h =>
                {
                    h.PublisherConfirmation = true;
                    h.Heartbeat(TimeSpan.FromSeconds(10));
                    h.RequestedConnectionTimeout(TimeSpan.FromSeconds(5));
                    if (address.Scheme == "amqps")
                        h.UseSsl(tls =>
                        {
                            (tls.Protocol, tls.ServerName) = (SslProtocols.None, address.Host); // None: what the operating system thinks best
                            tls.EnforcePolicyErrors(SslPolicyErrors.RemoteCertificateNameMismatch | SslPolicyErrors.RemoteCertificateChainErrors
                                | SslPolicyErrors.RemoteCertificateNotAvailable);
                        });
                });
                if (MessageCatalog.All.All(e => !e.Consumers.Contains(service, StringComparer.Ordinal))) return;
                rabbit.ReceiveEndpoint(service, endpoint =>
                {
                    endpoint.ConfigureConsumeTopology = false;
                    foreach (var (name, value) in Topology.QueueArguments(service)) endpoint.SetQueueArgument(name, value);
                    // Else the bindings are in the broker's definitions, and this user may make none.
                    if (context.GetRequiredService<IOptions<RabbitMqOptions>>().Value.DeclareTopology)
                        foreach (var entry in MessageCatalog.All.Where(e => e.Consumers.Contains(service, StringComparer.Ordinal))) endpoint.Bind(entry.Name);
                    endpoint.PrefetchCount = 2 * PagesAtOnce;
                    endpoint.ConcurrentMessageLimit = PagesAtOnce;
                    // Nothing is acknowledged that was not applied or parked: what fails is not moved aside by MassTransit but comes to the filter.
                    endpoint.ConfigureReceive(pipe => pipe.UseFilter(new QuarantineFilter<TDb>(context.GetRequiredService<EventInbox<TDb>>())));
                    endpoint.ConnectReceiveEndpointObserver(context.GetRequiredService<EndpointSupervisor<TDb>>());
                    endpoint.RethrowFaultedMessages();
                    endpoint.ThrowOnSkippedMessages();
                    endpoint.PublishFaults = false;
                    endpoint.ConfigureConsumer<PageConsumer<TDb>>(context);
                });
            });
        });
        services.AddHostedService<OutboxService<TDb>>();
        services.AddHostedService<MessagingUpkeep<TDb>>();
    }
}

internal static class PagePublisher
{
    public static PublishPage On(IBus bus, EventSigner signer, MessagingMetrics metrics) => async (exchange, page, ct) =>
    {
        var endpoint = await bus.GetSendEndpoint(new Uri($"exchange:{exchange}"));
        var started = Stopwatch.GetTimestamp();
        var signed = signer.Sign(page);
        metrics.SignedOrVerified(Stopwatch.GetElapsedTime(started));
        await endpoint.Send(signed, context =>
        {
            // The broker returns an event that no queue takes, instead of dropping it.
            if (context.TryGetPayload(out RabbitMqSendContext? rabbit)) rabbit.Mandatory = true;
        }, ct);
    };
}
