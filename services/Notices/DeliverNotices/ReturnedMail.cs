using System.Text.RegularExpressions;
using Avvik.Notices.Persistence;
using Avvik.Storage;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Search;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using MimeKit;

namespace Avvik.Notices.DeliverNotices;

/// <summary>
/// Reads which mails other servers have returned (RFC 3464) from the mailbox of the envelope sender. Anybody can write to it, so a returned mail counts only
/// for a mail that was sent, and does no more than show that its address fails and send what duty asks for to the coordinator as well; nothing that is to be
/// sent is left out. A mail is marked as seen when what it says is on disk; all others are left as they are.
/// </summary>
internal sealed partial class ReturnedMailReader(IOptions<ReturnedMailOptions> options, IOptions<MailOptions> mail, Writer<NoticesDbContext> writer,
    DeliverySchedule schedule, TimeProvider clock, ILogger<ReturnedMailReader> log)
    : PeriodicService(TimeSpan.FromMinutes(options.Value.Minutes), clock, log), IHealthCheck
{
    // Servers give up after five days; what is older than this tells nothing that anybody could still act on.
    private const int MaxDays = 14;
    // A returned mail holds at most one of ours, which is small.
    private const uint MaxSize = 1024 * 1024;
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    // What was found to be none of ours is not fetched each time.
    private readonly HashSet<UniqueId> _others = [];
    private uint _validity;
    private string? _failure;

    protected override Task DoAsync(CancellationToken ct) => options.Value.IsConfigured ? RunOnceAsync(ct) : Task.CompletedTask;

    /// <summary>Reads what is unread, and answers how many returned mails of ours there were.</summary>
    public async Task<int> RunOnceAsync(CancellationToken ct)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(Timeout);
        try
        {
            var handled = await ReadAsync(timeout.Token);
            _failure = null;
            return handled;
        }
        catch (Exception error) when (!ct.IsCancellationRequested)
        {
            // By its kind alone: a server's sentence may repeat a mail's.
            _failure = error.GetType().Name;
            Log.ReturnedMailUnread(_failure, options.Value.Minutes);
            return 0;
        }
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        _failure is { } failure ? HealthCheckResult.Degraded($"Returned mails cannot be read ({failure}).")
        : mail.Value.IsConfigured && !options.Value.IsConfigured ? HealthCheckResult.Healthy("Returned mails are not read: ReturnedMail:Host is not set.")
        : HealthCheckResult.Healthy());

    private async Task<int> ReadAsync(CancellationToken ct)
    {
        var mailbox = options.Value;
        using var imap = new ImapClient();
        await imap.ConnectAsync(mailbox.Host!, mailbox.Port, mailbox.Security, ct);
        await imap.AuthenticateAsync(mailbox.UserName, (await File.ReadAllTextAsync(mailbox.PasswordFile!, ct)).Trim(), ct);
        var folder = await imap.GetFolderAsync(mailbox.Folder, ct);
        await folder.OpenAsync(FolderAccess.ReadWrite, ct);
        if (folder.UidValidity != _validity) _others.Clear();
        _validity = folder.UidValidity;
        var unread = await folder.SearchAsync(SearchQuery.NotSeen.And(SearchQuery.DeliveredAfter(Clock.GetUtcNow().AddDays(-MaxDays).UtcDateTime)), ct);
        _others.IntersectWith(unread);
        List<UniqueId> unknown = [.. unread.Where(uid => !_others.Contains(uid))];
        var handled = 0;
        if (unknown.Count > 0)
            foreach (var found in await folder.FetchAsync(unknown,
                MessageSummaryItems.UniqueId | MessageSummaryItems.Size | MessageSummaryItems.BodyStructure, ct))
            {
                var isOurs = found is { Size: <= MaxSize, Body: BodyPartMultipart { ContentType: var type } } && type.IsMimeType("multipart", "report")
                    ? await HandleAsync(await folder.GetMessageAsync(found.UniqueId, ct)) : false;
                if (isOurs == true)
                {
                    await folder.AddFlagsAsync(found.UniqueId, MessageFlags.Seen, silent: true, ct);
                    handled++;
                }
                else if (isOurs == false) _others.Add(found.UniqueId);
            }
        await imap.DisconnectAsync(quit: true, ct);
        return handled;
    }

    /// <summary>True when all that the mail says is on disk, false when it is about nothing of ours, null when that is not known yet.</summary>
    private async Task<bool?> HandleAsync(MimeMessage message)
    {
        using (message)
        {
            if (Read(message, mail.Value.Domain) is not var (id, code)) return false;
            var (delivery, isRecorded) = await writer.WriteAsync(async unit =>
            {
                var sent = await unit.Db.Deliveries.AsNoTracking().FirstOrDefaultAsync(d => d.Id == id && d.Channel != Channels.Sms);
                return (sent, sent is not null && code is not null && await schedule.ReturnedAsync(sent, code, unit));
            }, CancellationToken.None);
            if (isRecorded) Log.DeliveryReturned(id, delivery!.Channel, code!);
            // One that is under way again was accepted by a process that died before it recorded so; its repetition ends soon.
            return delivery is null ? false : delivery.State is DeliveryStates.Pending or DeliveryStates.Sending && code is not null ? null : true;
        }
    }

    /// <summary>
    /// Which delivery a returned mail is about, and the status it failed with (as in <c>dsn5.1.1</c>; null: it is only late, or arrived). Null for other
    /// mails, and for what was sent by others.
    /// </summary>
    internal static (Guid Delivery, string? Code)? Read(MimeMessage message, string domain)
    {
        if (message.Body is not MultipartReport report || !"delivery-status".Equals(report.ReportType, StringComparison.OrdinalIgnoreCase)
            || report.OfType<MessageDeliveryStatus>().FirstOrDefault()?.StatusGroups is not { Count: > 0 } groups) return null;
        // The first is about the mail, and the others are about a recipient each.
        var original = report.OfType<MessagePart>().FirstOrDefault()?.Message?.MessageId;
        if (!Guid.TryParseExact(groups[0]["Original-Envelope-Id"]?.Trim(), "N", out var delivery)
            && !(original?.Split('@') is [var local, var sender] && sender.Equals(domain, StringComparison.OrdinalIgnoreCase)
                && Guid.TryParseExact(local, "N", out delivery))) return null;
        // Given up is given up, whatever the class of its status: one that was tried for days ends with the last 4.x.x.
        var failed = groups.Skip(1).FirstOrDefault(r => r["Action"]?.Trim().StartsWith("failed", StringComparison.OrdinalIgnoreCase) == true);
        return (delivery, failed is null ? null : $"dsn{(Status().Match(failed["Status"] ?? "") is { Success: true } status ? status.Value.Trim() : "5.0.0")}");
    }

    [GeneratedRegex(@"^\s*[45]\.\d{1,3}\.\d{1,3}\b", RegexOptions.ECMAScript, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Status();
}
