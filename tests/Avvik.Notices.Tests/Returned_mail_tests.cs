using System.Globalization;
using System.Text;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Notices.DeliverNotices;
using Avvik.Storage;
using Avvik.Testing;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Search;
using MailKit.Security;
using Microsoft.Extensions.DependencyInjection;
using MimeKit;

namespace Avvik.Notices.Tests;

/// <summary>Mails that are returned after they were accepted, read from a real IMAP server.</summary>
public sealed class Returned_mail_tests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    [Theory, MemberData(nameof(Engines))]
    public async Task Returned_mail_shows_the_address_as_failing_and_silences_nothing(DatabaseProvider provider)
    {
        await using var mail = new MailServer();
        using var mailbox = await Mailbox.OpenAsync();
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.Now);
        await using var service = new ServiceUnderTest<Program>(database, clock, [.. mail.Settings, .. mailbox.Settings]);
        var reader = service.Services.GetRequiredService<ReturnedMailReader>();
        var (coordinator, admin) = (service.ClientAs(Given.Trust, Roles.Coordinator), service.ClientAs(Given.Trust, Roles.Admin));
        async Task<string?> FailureAsync(IAvvikClient client) =>
            (await client.ListUnitNoticeSettingsAsync()).Items.Single(s => s.Unit == Given.Unit).Failure?.Code;
        async Task DeliveredAsync(int mails)
        {
            await service.DeliverAsync();
            await Eventually.IsTrue(async () => mail.Accepted.Count == mails
                && await database.CountAsync("select count(*) from deliveries where state = 'sending'") == 0, Soon);
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        await service.SetAsync(new() { Email = Given.Mailbox });
        await service.SetAsync(new() { Email = Given.CoordinatorsMailbox }, Given.TrustsCoordinator);
        await service.ReceiveAsync(Given.Change("routed"));
        await DeliveredAsync(1);
        await service.ReceiveAsync(Given.Change("reporterMessage"));
        await DeliveredAsync(2);
        string[] ids = [.. mail.Accepted.Select(m => m.Mail.MessageId!)];

        // What is not about a mail of ours is left as it is: a person's mail, a returned mail of somebody else's, and one that guesses at our form.
        await mailbox.ReceiveAsync($"Subject: Re: varsel\nIn-Reply-To: <{ids[0]}>\n\nDette er ikke vårt.\n");
        await mailbox.ReceiveAsync(Postfix("failed", "5.1.1", $"{Guid.NewGuid():N}@sykehus.no"));
        await mailbox.ReceiveAsync(Postfix("failed", "5.1.1", ids[0].Replace("@sykehus.no", "@annet.no", StringComparison.Ordinal)));
        // Late is not failed.
        await mailbox.ReceiveAsync(Postfix("delayed", "4.4.1", ids[0]));
        Assert.Equal(1, await reader.RunOnceAsync(CancellationToken.None));
        Assert.Equal((null, 2), (await FailureAsync(coordinator), await database.CountAsync("select count(*) from deliveries where state = 'sent'")));
        Assert.Equal((4, 1), (await mailbox.CountAsync(SearchQuery.All), await mailbox.CountAsync(SearchQuery.Seen)));

        await mailbox.ReceiveAsync(Postfix("failed", "5.1.1", ids[0]));
        await mailbox.ReceiveAsync(Exchange("5.1.10", ids[1].Split('@')[0]));
        Assert.Equal(2, await reader.RunOnceAsync(CancellationToken.None));
        Assert.Equal(("dsn5.1.10", "dsn5.1.10"), (await FailureAsync(coordinator), await FailureAsync(admin)));
        Assert.All((await coordinator.ListNoticesAsync(new() { Unit = Given.Unit })).Items, n => Assert.Equal("failed", n.Delivery));
        // The coordinator is sent what duty asks the unit to be told.
        await DeliveredAsync(3);
        Assert.Equal((Given.CoordinatorsMailbox, "AVV-2026-4830112: Ny sak til enheten"), (mail.Accepted[2].To, mail.Accepted[2].Mail.Subject));

        // As after a crash before the mail was marked: nothing is done twice.
        await mailbox.MarkUnseenAsync();
        Assert.Equal(3, await reader.RunOnceAsync(CancellationToken.None));
        await DeliveredAsync(3);
        Assert.Equal((6, 3), (await mailbox.CountAsync(SearchQuery.All), await mailbox.CountAsync(SearchQuery.Seen)));

        // An address that fails, or is said to, is still written to; that its server accepts the mail does not mean that it arrives.
        await service.ReceiveAsync(Given.Change("routed", harm: "severe"));
        await DeliveredAsync(6);
        Assert.Equal([Given.Mailbox, Given.Mailbox, Given.CoordinatorsMailbox], mail.Accepted.Skip(3).Select(m => m.To).Order(StringComparer.Ordinal));
        Assert.Equal("dsn5.1.10", await FailureAsync(coordinator));
        clock.Advance(TimeSpan.FromDays(8));
        await service.ReceiveAsync(Given.Change("routed"));
        await DeliveredAsync(7);
        Assert.Null(await FailureAsync(coordinator));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Returned_mail_counts_for_the_address_it_was_sent_to_and_only_once_sent(DatabaseProvider provider)
    {
        await using var mail = new MailServer();
        using var mailbox = await Mailbox.OpenAsync();
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.Now);
        await using var service = new ServiceUnderTest<Program>(database, clock, [.. mail.Settings, .. mailbox.Settings]);
        var reader = service.Services.GetRequiredService<ReturnedMailReader>();
        await service.SetAsync(new() { Email = Given.Mailbox });
        await service.SetAsync(new() { Email = Given.CoordinatorsMailbox, DigestHour = 6 }, Given.TrustsCoordinator);
        await service.ReceiveAsync(Given.Change("routed"), Given.Change("queued", CaseStates.Triage, unit: null));
        await service.DeliverAsync();
        await Eventually.IsTrue(async () => await database.CountAsync("select count(*) from deliveries where state = 'sent'") == 1, Soon);
        // The digest is not sent yet, and whoever knows the form of its id cannot stop it.
        var digest = Assert.Single(await database.QueryAsync("select id from deliveries where state = 'pending'", r => r.GetGuid(0)));
        await mailbox.ReceiveAsync(Postfix("failed", "5.7.1", $"{digest:N}@sykehus.no"));
        Assert.Equal(0, await reader.RunOnceAsync(CancellationToken.None));

        clock.Advance(TimeSpan.FromMinutes(1));
        await service.SetAsync(new() { Email = "ny@elverum.no" });
        await mailbox.ReceiveAsync(Postfix("failed", "5.1.1", mail.Accepted[0].Mail.MessageId!));
        Assert.Equal(1, await reader.RunOnceAsync(CancellationToken.None));
        Assert.Equal(1, await database.CountAsync("select count(*) from deliveries where failure_code = 'dsn5.1.1'"));
        Assert.Equal(0, await database.CountAsync("select count(*) from recipients where failed_at is not null"));

        clock.Advance(TimeSpan.FromDays(1));
        await service.DeliverAsync();
        await Eventually.IsTrue(() => Task.FromResult(mail.Accepted.Count == 2), Soon);
        Assert.Equal((Given.CoordinatorsMailbox, "2 varsler fra Avvik"), (mail.Accepted[1].To, mail.Accepted[1].Mail.Subject));
    }

    [Fact]
    public async Task Health_says_when_returned_mails_are_not_read()
    {
        await using var mail = new MailServer();
        using var mailbox = await Mailbox.OpenAsync();
        async Task<string> HealthAsync(params (string, string)[] settings)
        {
            await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
            await using var service = new ServiceUnderTest<Program>(database, settings: [.. mail.Settings, .. settings]);
            using var http = service.CreateClient();
            if (settings.Length > 0) await service.Services.GetRequiredService<ReturnedMailReader>().RunOnceAsync(CancellationToken.None);
            return await http.GetStringAsync("/health/ready");
        }

        Assert.Equal("Healthy\nreturned mail: Returned mails are not read: ReturnedMail:Host is not set.", await HealthAsync());
        Assert.Equal("Healthy", await HealthAsync(mailbox.Settings));
        Assert.Equal("Degraded\nreturned mail: Returned mails cannot be read (FolderNotFoundException).",
            await HealthAsync([.. mailbox.Settings, ("ReturnedMail:Folder", "Retur")]));
    }

    private static string Postfix(string action, string status, string messageId) => $"""
        From: MAILER-DAEMON@mx.elverum.no (Mail Delivery System)
        To: avvik@sykehus.no
        Subject: Undelivered Mail Returned to Sender
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status;
            boundary="4F1A21C0.1"

        --4F1A21C0.1
        Content-Description: Notification
        Content-Type: text/plain; charset=us-ascii

        This is the mail system at host mx.elverum.no.

        --4F1A21C0.1
        Content-Description: Delivery report
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.elverum.no
        X-Postfix-Queue-ID: 4F1A21C0
        X-Postfix-Sender: rfc822; avvik@sykehus.no
        Arrival-Date: Thu, 20 Aug 2026 10:00:00 +0200 (CEST)

        Final-Recipient: rfc822; post@elverum.no
        Original-Recipient: rfc822;post@elverum.no
        Action: {action}
        Status: {status}
        Diagnostic-Code: x-unix; user unknown

        --4F1A21C0.1
        Content-Description: Undelivered Message Headers
        Content-Type: text/rfc822-headers

        Return-Path: <avvik@sykehus.no>
        From: Avvik <avvik@sykehus.no>
        To: post@elverum.no
        Message-Id: <{messageId}>

        --4F1A21C0.1--
        """;

    // Without the mail that it is about.
    private static string Exchange(string status, string envelopeId) => $"""
        From: postmaster@elverum.no
        To: avvik@sykehus.no
        Subject: Kan ikke leveres
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

        --b1
        Content-Type: multipart/alternative; boundary="b2"

        --b2
        Content-Type: text/html; charset=us-ascii

        <p>Din melding kom ikke fram.</p>
        --b2--

        --b1
        Content-Type: message/delivery-status

        Original-Envelope-Id: {envelopeId}
        Reporting-MTA: dns;ex.elverum.no

        Final-recipient: RFC822;post@elverum.no
        Action: failed
        Status: {status}
        Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound

        --b1--
        """;

    /// <summary>A mailbox of one test, looked into beside the service.</summary>
    private sealed class Mailbox : IDisposable
    {
        private readonly ImapClient _imap = new();

        public (string, string)[] Settings { get; private init; } = [];

        public static async Task<Mailbox> OpenAsync()
        {
            var (server, user) = (await MailboxServer.GetAsync(), $"{Guid.NewGuid():N}");
            var mailbox = new Mailbox
            {
                Settings =
                [
                    ("ReturnedMail:Host", "127.0.0.1"), ("ReturnedMail:Port", server.Port.ToString(CultureInfo.InvariantCulture)),
                    ("ReturnedMail:Security", "None"), ("ReturnedMail:UserName", user), ("ReturnedMail:PasswordFile", server.PasswordFile),
                ],
            };
            await mailbox._imap.ConnectAsync("127.0.0.1", server.Port, SecureSocketOptions.None);
            await mailbox._imap.AuthenticateAsync(user, await File.ReadAllTextAsync(server.PasswordFile));
            await mailbox._imap.Inbox!.OpenAsync(FolderAccess.ReadWrite);
            return mailbox;
        }

        public async Task ReceiveAsync(string text)
        {
            using var bytes = new MemoryStream(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n")));
            using var message = await MimeMessage.LoadAsync(bytes);
            await _imap.Inbox!.AppendAsync(new AppendRequest(message, MessageFlags.None, Given.Now));
        }

        public async Task<int> CountAsync(SearchQuery query) => (await SearchAsync(query)).Count;

        public async Task MarkUnseenAsync() => await _imap.Inbox!.RemoveFlagsAsync(await SearchAsync(SearchQuery.Seen), MessageFlags.Seen, silent: true);

        private async Task<IList<UniqueId>> SearchAsync(SearchQuery query)
        {
            // A session hears of what another has changed when it asks.
            await _imap.NoOpAsync();
            return await _imap.Inbox!.SearchAsync(query);
        }

        public void Dispose() => _imap.Dispose();
    }
}
