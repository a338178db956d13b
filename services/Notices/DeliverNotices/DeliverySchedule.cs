using System.Security.Cryptography;
using System.Text;
using Avvik.CareDirectories;
using Avvik.Contracts;
using Avvik.Hosting.Calendar;
using Avvik.Notices.Persistence;
using Avvik.Storage;
using Microsoft.Extensions.Options;

namespace Avvik.Notices.DeliverNotices;

/// <summary>Decides by which ways a notice goes out, and when.</summary>
internal sealed class DeliverySchedule(CurrentDirectory directory, IOptions<MailOptions> mail, IOptions<SmsOptions> sms)
{
    /// <summary>Schedules what the recipient's settings ask for, in the notice's own transaction.</summary>
    public async Task AddAsync(Notice notice, bool alsoToLeader, UnitOfWork<NoticesDbContext> unit)
    {
        var own = await unit.Db.Recipients.FindAsync(notice.Organization, notice.Unit, notice.Person);
        if (own?.MutedKinds.Contains(notice.Kind) == true) return;
        if (mail.Value.IsConfigured)
        {
            if (await MailboxAsync(notice, own, unit) is { } mailbox) await AddAsync(notice, mailbox, Channels.Email, unit);
            if (alsoToLeader && own?.LeaderEmail is not null) await AddAsync(notice, own, Channels.Leader, unit);
        }
        if (sms.Value.Url is not null && own?.Phone is not null && NoticeKinds.IsUrgent(notice.Kind)) await AddAsync(notice, own, Channels.Sms, unit);
    }

    /// <summary>A unit without a mailbox is told by its party's coordinator, whose mailbox has its own hours and choices.</summary>
    private async Task<Recipient?> MailboxAsync(Notice notice, Recipient? own, UnitOfWork<NoticesDbContext> unit)
    {
        if (own?.Email is not null) return own;
        if (notice.Unit.Length == 0 || directory.Now.Party(notice.Organization)?.FallbackUnit.Code is not { } fallback || fallback == notice.Unit) return null;
        return await unit.Db.Recipients.FindAsync(notice.Organization, fallback, "") is { Email: not null } coordinator
            && !coordinator.MutedKinds.Contains(notice.Kind) ? coordinator : null;
    }

    private static async Task AddAsync(Notice notice, Recipient to, string channel, UnitOfWork<NoticesDbContext> unit)
    {
        var due = DueAt(notice.Kind, to, notice.CreatedAt);
        // Those that are held until the same time go out as one.
        if (due == notice.CreatedAt || !await TryAddAsync(IdOf(to.Organization, to.Unit, to.Person, channel, $"{due.ToUnixTimeMilliseconds()}")))
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
                id, to.Organization, to.Unit, to.Person, channel, due.ToUnixTimeMilliseconds(), notice.CreatedAt.ToUnixTimeMilliseconds());
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
