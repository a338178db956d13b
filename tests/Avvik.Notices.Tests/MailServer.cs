using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using Avvik.Testing;
using MimeKit;
using SmtpServer;
using SmtpServer.ComponentModel;
using SmtpServer.Mail;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace Avvik.Notices.Tests;

/// <summary>A mail server in this process: it keeps what it accepts, and refuses what a test wants refused.</summary>
internal sealed class MailServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<(string To, MimeMessage Mail)> _accepted = new();
    private readonly SmtpServer.SmtpServer _server;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public MailServer()
    {
        Port = ServiceProcess.FreePort();
        var services = new ServiceProvider();
        services.Add(new Store(this));
        services.Add(new Filter(this));
        _server = new(new SmtpServerOptionsBuilder().ServerName("test").Port(Port).Build(), services);
        _running = _server.StartAsync(_stop.Token);
    }

    public int Port { get; }

    /// <summary>What was accepted, oldest first.</summary>
    public IReadOnlyList<(string To, MimeMessage Mail)> Accepted => [.. _accepted];

    /// <summary>What RCPT is answered, by address; null: it is accepted.</summary>
    public Func<string, SmtpResponse?> OnRecipient { get; set; } = _ => null;

    /// <summary>What DATA is answered.</summary>
    public Func<MimeMessage, Task<SmtpResponse>> OnMessage { get; set; } = _ => Task.FromResult(SmtpResponse.Ok);

    /// <summary>What a service is configured with to use it.</summary>
    public (string, string)[] Settings =>
    [
        ("Mail:Host", "127.0.0.1"), ("Mail:Port", Port.ToString(CultureInfo.InvariantCulture)), ("Mail:Security", "None"), ("Mail:From", "avvik@sykehus.no"),
        ("Mail:PublicUrl", "https://avvik.example.no"),
    ];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _server.Shutdown();
        try { await _running; }
        catch (OperationCanceledException) { /* it was told to stop */ }
        _stop.Dispose();
    }

    private sealed class Store(MailServer server) : MessageStore
    {
        public override async Task<SmtpResponse> SaveAsync(ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer,
            CancellationToken cancellationToken)
        {
            using var bytes = new MemoryStream(buffer.ToArray());
            var mail = await MimeMessage.LoadAsync(bytes, cancellationToken);
            var answer = await server.OnMessage(mail);
            if (answer.ReplyCode == SmtpReplyCode.Ok) server._accepted.Enqueue((transaction.To.Single().AsAddress(), mail));
            return answer;
        }
    }

    private sealed class Filter(MailServer server) : MailboxFilter
    {
        public override Task<bool> CanDeliverToAsync(ISessionContext context, IMailbox to, IMailbox from, CancellationToken cancellationToken) =>
            server.OnRecipient(to.AsAddress()) is { } refusal ? throw new SmtpResponseException(refusal) : Task.FromResult(true);
    }
}
