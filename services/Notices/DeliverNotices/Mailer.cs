using System.Net.Sockets;
using Avvik.Contracts;
using Avvik.Notices.Persistence;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;

namespace Avvik.Notices.DeliverNotices;

/// <summary>How an attempt went.</summary>
/// <param name="Code">What refused it; null when it was accepted.</param>
/// <param name="IsPermanent">True when another attempt cannot succeed: the address or the message was refused.</param>
internal readonly record struct Outcome(string? Code, bool IsPermanent = false);

/// <summary>Writes a mail and hands it to the mail server.</summary>
internal sealed class Mailer(IOptions<MailOptions> options, TimeProvider clock)
{
    // Well below the lease, so that no two instances send the same at once.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    public async Task<Outcome> SendAsync(Guid delivery, string address, IReadOnlyList<Notice> notices)
    {
        var mail = options.Value;
        if (!mail.IsConfigured) return new("notConfigured");
        using var message = Write(delivery, address, notices);
        using var smtp = new Smtp();
        // A connection for each mail: the volume is small, and none is left open in a bad state.
        using var timeout = new CancellationTokenSource(Timeout, clock);
        try
        {
            await smtp.ConnectAsync(mail.Host!, mail.Port, mail.Security, timeout.Token);
            if (mail.UserName is not null)
                await smtp.AuthenticateAsync(mail.UserName, (await File.ReadAllTextAsync(mail.PasswordFile!, timeout.Token)).Trim(), timeout.Token);
            await smtp.SendAsync(message, new MailboxAddress(null, mail.ReturnPath ?? mail.From), [new MailboxAddress(null, address)], timeout.Token);
        }
        catch (SmtpCommandException refused)
        {
            var (status, ofRecipient) = ((int)refused.StatusCode, refused.ErrorCode is SmtpErrorCode.RecipientNotAccepted or SmtpErrorCode.MessageNotAccepted);
            return new($"smtp{status}", ofRecipient && status >= 500);
        }
        catch (Exception error) when (error is SmtpProtocolException or ProtocolException or AuthenticationException or SslHandshakeException or IOException
            or SocketException or OperationCanceledException or ServiceNotConnectedException or NotSupportedException)
        {
            return new(error.GetType().Name);
        }
        // It is the server's now, whatever becomes of the connection.
        try { await smtp.DisconnectAsync(quit: true, timeout.Token); }
        catch (Exception error) when (error is IOException or ProtocolException or SocketException or OperationCanceledException) { return default; }
        return default;
    }

    private MimeMessage Write(Guid delivery, string address, IReadOnlyList<Notice> notices)
    {
        var mail = options.Value;
        var text = string.Join("\n\n", notices.Select(n => $"{NoticeText.TitleOf(n)}\n{n.Reference}\n{NoticeText.LinkTo(n, mail.PublicUrl)}")
            .Append(Texts.Notice("footer", $"{mail.PublicUrl.TrimEnd('/')}/notices")));
        var message = new MimeMessage
        {
            Subject = notices is [var only] ? Texts.Notice("subject", only.Reference, NoticeText.TitleOf(only)) : Texts.Notice("digestSubject", notices.Count),
            Body = new TextPart("plain") { Text = text + "\n" },
            // Stable: a mail that is sent again, since nobody knows whether it arrived, is the same mail, and many servers and programs show it once.
            MessageId = $"{delivery:N}@{mail.Domain}",
            Date = clock.GetUtcNow(),
        };
        message.From.Add(new MailboxAddress("Avvik", mail.From));
        message.To.Add(new MailboxAddress(null, address));
        message.Headers.Add("Auto-Submitted", "auto-generated");
        return message;
    }

    /// <summary>Asks a server that can (RFC 3461) to return what it cannot deliver under the delivery's id, and without the text.</summary>
    private sealed class Smtp : SmtpClient
    {
        public Smtp() => DeliveryStatusNotificationType = DeliveryStatusNotificationType.HeadersOnly;

        protected override string GetEnvelopeId(MimeMessage message) => message.MessageId!.Split('@')[0];

        protected override DeliveryStatusNotification? GetDeliveryStatusNotifications(MimeMessage message, MailboxAddress mailbox) =>
            DeliveryStatusNotification.Failure;
    }
}

/// <summary>The words of a notice: its kind and a link.</summary>
internal static class NoticeText
{
    public static string TitleOf(Notice n) => Vocabulary.NoticeKinds[n.Kind].Label is var label && n.Percent is { } percent
        ? Texts.Notice("percent", label, percent) : label;

    /// <summary>A reporter reads the report, a unit the case.</summary>
    public static string LinkTo(Notice n, string publicUrl) =>
        $"{publicUrl.TrimEnd('/')}/{(n.Kind is NoticeKinds.Question or NoticeKinds.Answer or NoticeKinds.Closed ? "report" : "case")}/{n.DeviationId}";
}
