using System.Security.Cryptography;
using System.Text;
using Avvik.CareDirectories;
using Avvik.Contracts;
using Avvik.Hosting.Calendar;
using Avvik.Notices.Persistence;
using Avvik.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Avvik.Notices.DeliverNotices;

/// <summary>Decides by which ways a notice goes out, and when.</summary>
internal sealed class DeliverySchedule(CurrentDirectory directory, IOptions<MailOptions> mail, IOptions<SmsOptions> sms)
{
    /// <summary>Schedules what the recipient's settings ask for, in the notice's own transaction.</summary>
    public async Task AddAsync(Notice notice, bool alsoToLeader, UnitOfWork<NoticesDbContext> unit)
    {
        // A unit that serves several municipalities is one, with its host's people and one mailbox, whichever of them the case is about.
        var host = directory.Now.Party(notice.Organization)?.Unit(notice.Unit)?.Host;
        var own = await RecipientAsync(host ?? notice.Organization, notice.Unit, notice.Person, unit);
        if (own.MutedKinds.Contains(notice.Kind)) return;
        if (mail.Value.IsConfigured)
        {
            if (await MailboxAsync(notice, own, unit) is { } mailbox) await AddAsync(notice, mailbox, Channels.Email, notice.CreatedAt, unit);
            if (alsoToLeader && own.LeaderEmail is not null) await AddAsync(notice, own, Channels.Leader, notice.CreatedAt, unit);
        }
        if (sms.Value.Url is not null && own.Phone is not null && NoticeKinds.IsUrgent(notice.Kind))
            await AddAsync(notice, own, Channels.Sms, notice.CreatedAt, unit);
    }

    /// <summary>An address of the recipient's: what is set here, and else a unit's mailbox in the directory.</summary>
    public string? AddressOf(Recipient to, string channel) => to.AddressOf(channel)
        ?? (channel == Channels.Email ? directory.Now.Party(to.Organization)?.Unit(to.Unit)?.Mailbox : null);

    private static async Task<Recipient> RecipientAsync(string organization, string code, string person, UnitOfWork<NoticesDbContext> unit) =>
        await unit.Db.Recipients.FindAsync(organization, code, person) ?? new() { Organization = organization, Unit = code, Person = person };

    /// <summary>A unit without a mailbox is told by its party's coordinator, whose mailbox has its own hours and choices.</summary>
    private async Task<Recipient?> MailboxAsync(Notice notice, Recipient own, UnitOfWork<NoticesDbContext> unit)
    {
        if (AddressOf(own, Channels.Email) is not null) return own;
        return await CoordinatorAsync(notice, unit) is { } coordinator && !coordinator.MutedKinds.Contains(notice.Kind) ? coordinator : null;
    }

    /// <summary>The mailbox of a unit's coordinator; null when there is none, and for a person and the coordinator's own unit.</summary>
    private async Task<Recipient?> CoordinatorAsync(Notice notice, UnitOfWork<NoticesDbContext> unit)
    {
        if (notice.Unit.Length == 0 || directory.Now.Party(notice.Organization)?.FallbackUnit.Code is not { } fallback || fallback == notice.Unit) return null;
        var coordinator = await RecipientAsync(notice.Organization, fallback, "", unit);
        return AddressOf(coordinator, Channels.Email) is null ? null : coordinator;
    }

    /// <summary>
    /// Records that a mail that was sent came back, once; false when that is known already, or it has not been sent yet. The address is shown as failing
    /// unless it has been changed since.
    /// </summary>
    public async Task<bool> ReturnedAsync(Delivery d, string code, UnitOfWork<NoticesDbContext> unit)
    {
        var recorded = await unit.Sql.ExecuteAsync("update deliveries set state = 'failed', failure_code = @p1 where id = @p2 and state = 'sent'", code, d.Id);
        if (recorded == 0) return false;
        await FailedAsync(d, code, unit, d.EndedAt);
        return true;
    }

    /// <summary>
    /// Shows that an address fails. Mails are still sent to it; and since nobody may read them there, what duty asks for goes to the coordinator, too.
    /// </summary>
    /// <param name="sentAt">An address that was set later is another one; null: the address is the one that failed.</param>
    public async Task FailedAsync(Delivery d, string code, UnitOfWork<NoticesDbContext> unit, DateTimeOffset? sentAt = null)
    {
        var now = unit.Clock.GetUtcNow();
        await unit.Sql.ExecuteAsync(
            """
            insert into recipients (organization, unit, person, version, muted, changed_at, failed_at, failure_code, failure_channel)
            values (@p4, @p5, @p6, 0, '', 0, @p1, @p2, @p3)
            on conflict (organization, unit, person) do update set failed_at = @p1, failure_code = @p2, failure_channel = @p3 where recipients.changed_at <= @p7
            """,
            now.ToUnixTimeMilliseconds(), code, d.Channel, d.Organization, d.Unit, d.Person, sentAt?.ToUnixTimeMilliseconds() ?? long.MaxValue);
        if (d.Channel != Channels.Email || d.Unit.Length == 0) return;
        var notices = await unit.Db.Notices.AsNoTracking()
            .Where(n => unit.Db.DeliveredNotices.Any(l => l.DeliveryId == d.Id && l.NoticeId == n.Id)).ToListAsync();
        foreach (var notice in notices.Where(n => NoticeKinds.IsDuty(n.Kind)))
            if (await CoordinatorAsync(notice, unit) is { } coordinator && coordinator.Unit != d.Unit)
                await AddAsync(notice, coordinator, Channels.Email, now, unit);
    }

    private static async Task AddAsync(Notice notice, Recipient to, string channel, DateTimeOffset now, UnitOfWork<NoticesDbContext> unit)
    {
        var due = DueAt(notice.Kind, to, now);
        // Those that are held until the same time go out as one.
        if (due == now || !await TryAddAsync(IdOf(to.Organization, to.Unit, to.Person, channel, $"{due.ToUnixTimeMilliseconds()}")))
            await TryAddAsync(IdOf(notice.Id.ToString(), to.Unit, channel));

        async Task<bool> TryAddAsync(Guid id)
        {
            // The row is locked until this commits; one that has been sent, or may have been, gets no more notices.
            var added = await unit.Sql.ExecuteAsync(
                """
                insert into deliveries (id, organization, unit, person, channel, state, next_due_at, attempts, created_at)
                values (@p1, @p2, @p3, @p4, @p5, 'pending', @p6, 0, @p7)
                on conflict (id) do update set attempts = 0 where deliveries.state = 'pending' and deliveries.attempts = 0
                """,
                id, to.Organization, to.Unit, to.Person, channel, due.ToUnixTimeMilliseconds(), now.ToUnixTimeMilliseconds());
            return added == 1 && await unit.InsertIfNewAsync(new DeliveredNotice { DeliveryId = id, NoticeId = notice.Id });
        }
    }

    /// <summary>When a notice that comes now is sent: a serious event at once, all else by the recipient's digest or after the quiet hours.</summary>
    internal static DateTimeOffset DueAt(string kind, Recipient to, DateTimeOffset now)
    {
        if (kind == NoticeKinds.SeriousEvent) return now;
        if (to.DigestHour is { } hour) return Next(hour, now);
        return to is { QuietFrom: { } from, QuietTo: { } until } && IsWithin(NorwegianCalendar.LocalTimeOf(now).Hour, from, until) ? Next(until, now) : now;
    }

    private static bool IsWithin(int hour, int from, int until) => from <= until ? hour >= from && hour < until : hour >= from || hour < until;

    /// <summary>The next time that Norwegian clocks show a full hour.</summary>
    private static DateTimeOffset Next(int hour, DateTimeOffset now)
    {
        for (var day = NorwegianCalendar.DayOf(now); ; day = day.AddDays(1))
        {
            var at = NorwegianCalendar.StartOf(day).AddHours(hour);
            // On the two days of the year whose clocks are moved.
            at += at.Offset - NorwegianCalendar.LocalTimeOf(at).Offset;
            if (at > now) return at;
        }
    }

    /// <summary>The same parts always give the same id: it is also the mail's Message-ID.</summary>
    private static Guid IdOf(params ReadOnlySpan<string> parts) => new(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts)))[..16]);
}
