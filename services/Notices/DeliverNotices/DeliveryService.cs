using Avvik.Notices.Persistence;
using Avvik.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Avvik.Notices.DeliverNotices;

/// <summary>
/// Sends what is due. A delivery is claimed in a transaction («about to send»), sent outside any, and its outcome recorded in another. A process that ends
/// in between leaves the claim, which runs out: then it is sent again, with the same id. That is at least once; exactly once is not to be had from SMTP.
/// </summary>
internal sealed class DeliveryService(Writer<NoticesDbContext> writer, IDbContextFactory<NoticesDbContext> databases, Mailer mailer, SmsSender sms,
    DeliverySchedule schedule, IOptions<MailOptions> options, TimeProvider clock, ILogger<DeliveryService> log) : PeriodicService(Interval, clock, log)
{
    // An address that mails come back from is shown as failing until none has for this long: that a server accepts the next says nothing of it.
    private const int ReturnedDays = 7;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2), FirstBackoff = TimeSpan.FromMinutes(1), LongestBackoff = TimeSpan.FromHours(4);

    protected override Task DoAsync(CancellationToken ct) => RunOnceAsync(ct);

    /// <summary>Sends all that is due, one after another, and answers how many it tried.</summary>
    public async Task<int> RunOnceAsync(CancellationToken ct)
    {
        for (var count = 0; ; count++)
        {
            if (ct.IsCancellationRequested || await ClaimAsync(ct) is not { } delivery) return count;
            if (delivery is { Attempts: > 1, FailureCode: null }) log.DeliveryRepeated(delivery.Id, delivery.Attempts);
            // A mail that has been begun is not broken off: nobody would know whether it arrived.
            await RecordAsync(delivery, await SendAsync(delivery));
        }
    }

    /// <summary>Takes the longest due delivery, before other instances do; also one whose process did not come back.</summary>
    private async Task<Delivery?> ClaimAsync(CancellationToken ct)
    {
        var now = Clock.GetUtcNow();
        var found = await writer.WriteAsync(unit => unit.Sql.QueryAsync(
            $"""
            update deliveries set state = 'sending', attempts = attempts + 1, next_due_at = @p1
            where id = (select id from deliveries where next_due_at <= @p2 order by next_due_at limit 1{(unit.IsSqlite ? "" : " for update skip locked")})
            returning id, organization, unit, person, channel, attempts, created_at, failure_code
            """,
            r => new Delivery
            {
                Id = r.GetGuid(0),
                Organization = r.GetString(1),
                Unit = r.GetString(2),
                Person = r.GetString(3),
                Channel = r.GetString(4),
                Attempts = r.GetInt32(5),
                CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(6)),
                FailureCode = r.IsDBNull(7) ? null : r.GetString(7),
            },
            now.AddSeconds(options.Value.LeaseSeconds).ToUnixTimeMilliseconds(), now.ToUnixTimeMilliseconds()), ct);
        return found is [var claimed] ? claimed : null;
    }

    private async Task<Outcome?> SendAsync(Delivery d)
    {
        await using var db = await databases.CreateDbContextAsync(CancellationToken.None);
        var to = await db.Recipients.FirstOrDefaultAsync(r => r.Organization == d.Organization && r.Unit == d.Unit && r.Person == d.Person);
        // Whoever has removed the address since wants none; a unit's may be in a newer directory than this instance has read.
        if (schedule.AddressOf(to ?? new() { Organization = d.Organization, Unit = d.Unit, Person = d.Person }, d.Channel) is not { } address)
            return d is { Unit.Length: > 0, Attempts: 1 } ? new("noAddress") : null;
        var notices = await db.Notices.Where(n => db.DeliveredNotices.Any(l => l.DeliveryId == d.Id && l.NoticeId == n.Id))
            .OrderBy(n => n.OccurredAt).ThenBy(n => n.Id).ToListAsync();
        return d.Channel == Channels.Sms ? await sms.SendAsync(d.Id, address, notices) : await mailer.SendAsync(d.Id, address, notices);
    }

    private async Task RecordAsync(Delivery d, Outcome? outcome)
    {
        var now = Clock.GetUtcNow();
        var retryAt = now + Backoff.After(d.Attempts, FirstBackoff, LongestBackoff);
        (string State, DateTimeOffset? NextDueAt, string? Code) ended = outcome switch
        {
            null => (DeliveryStates.Cancelled, null, null),
            { Code: null } => (DeliveryStates.Sent, null, null),
            { IsPermanent: true, Code: var refusal } => (DeliveryStates.Failed, null, refusal),
            { Code: var failure } when retryAt < d.CreatedAt.AddDays(options.Value.MaxDays) => (DeliveryStates.Pending, retryAt, failure),
            _ => (DeliveryStates.Failed, null, "expired"),
        };
        var (state, next, code) = ended;
        if (state == DeliveryStates.Failed) log.DeliveryRefused(d.Id, d.Channel, code!);
        else if (state == DeliveryStates.Pending) log.DeliveryFailed(d.Id, d.Channel, code!, d.Attempts, retryAt);
        await writer.WriteAsync(async unit =>
        {
            // Nothing when the claim ran out and another instance has begun it again: that one says how it ends.
            var recorded = await unit.Sql.ExecuteAsync(
                """
                update deliveries set state = @p1, next_due_at = @p2, ended_at = @p3, failure_code = @p4
                where id = @p5 and attempts = @p6 and state = 'sending'
                """,
                state, next?.ToUnixTimeMilliseconds(), next is null ? now.ToUnixTimeMilliseconds() : null, code, d.Id, d.Attempts);
            if (recorded == 1 && state is DeliveryStates.Failed) await schedule.FailedAsync(d, code!, unit);
            else if (recorded == 1 && state is DeliveryStates.Sent)
                await unit.Sql.ExecuteAsync(
                    """
                    update recipients set failed_at = null, failure_code = null, failure_channel = null
                    where organization = @p1 and unit = @p2 and person = @p3 and failure_channel = @p4 and (failure_code not like 'dsn%' or failed_at < @p5)
                    """,
                    d.Organization, d.Unit, d.Person, d.Channel, now.AddDays(-ReturnedDays).ToUnixTimeMilliseconds());
            return true;
        }, CancellationToken.None);
    }
}

/// <summary>Deletes notices and what was sent of them after half a year, and who submitted a deviation after two.</summary>
internal sealed class NoticeRetention(Writer<NoticesDbContext> writer, TimeProvider clock, ILogger<NoticeRetention> log)
    : PeriodicService(TimeSpan.FromHours(1), clock, log)
{
    private const int NoticeDays = 180, SubmitterDays = 730;

    protected override Task DoAsync(CancellationToken ct)
    {
        var now = Clock.GetUtcNow();
        var (notices, submitters) = (now.AddDays(-NoticeDays).ToUnixTimeMilliseconds(), now.AddDays(-SubmitterDays).ToUnixTimeMilliseconds());
        return writer.WriteAsync(async unit =>
        {
            await unit.Sql.ExecuteAsync("delete from delivered_notices where notice_id in (select id from notices where created_at < @p1)", notices);
            await unit.Sql.ExecuteAsync("delete from deliveries where created_at < @p1", notices);
            await unit.Sql.ExecuteAsync("delete from notices where created_at < @p1", notices);
            return await unit.Sql.ExecuteAsync("delete from submitters where recorded_at < @p1", submitters);
        }, ct);
    }
}
