using Avvik.AccessLog;
using Avvik.Client;
using Avvik.Hosting.Lists;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Reporting.ChangeFeed;
using Avvik.Reporting.Deviations;
using Avvik.Reporting.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Avvik.Reporting.Webhooks;

/// <summary>
/// Sends each webhook the changes after its position, one after the other. A webhook is claimed in a transaction, what it is sent is sent outside any, and
/// the new position recorded in another. A process that ends in between leaves the claim, which runs out: then the change is sent again, with the same id.
/// </summary>
internal sealed class WebhookDelivery(Writer<ReportingDbContext> writer, IDbContextFactory<ReportingDbContext> databases, WebhookSender sender,
    DeviationAccess access, AccessJournal<ReportingDbContext> journal, TextProtector texts, PositionCursor cursors, WebhookMetrics metrics,
    IOptions<WebhookOptions> options, TimeProvider clock, ILogger<WebhookDelivery> log) : PeriodicService(Interval, clock, log)
{
    // Webhooks that are sent to at a time, and changes that are read at a time.
    private const int MaxRunning = 16, Batch = 50;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1), FirstBackoff = TimeSpan.FromSeconds(5), LongestBackoff = TimeSpan.FromHours(4),
        LongestTurn = TimeSpan.FromSeconds(20);

    // Enabled and due, with a change of its party after its position.
    private const string Due = """
        w.disabled_code is null and w.next_due_at <= @p2
          and (exists (select 1 from changes c where c.reporter_organization = w.organization and c.position > w.position)
            or exists (select 1 from changes c where c.respondent_organization = w.organization and c.position > w.position))
        """;

    private readonly List<Task> _running = [];

    // Not awaited: a receiver that answers slowly does not hold up the others.
    protected override Task DoAsync(CancellationToken ct) => BeginAsync(ct);

    /// <summary>Sends what is due now, and returns when it is sent.</summary>
    internal async Task RunOnceAsync(CancellationToken ct)
    {
        await BeginAsync(ct);
        await Task.WhenAll(Running());
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        // What has been begun is recorded if there is time for it; if not, it is sent again.
        await Task.WhenAll(Running()).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private Task[] Running()
    {
        lock (_running)
        {
            _running.RemoveAll(t => t.IsCompleted);
            return [.. _running];
        }
    }

    private async Task BeginAsync(CancellationToken ct)
    {
        await using (var db = await databases.CreateDbContextAsync(ct))
        {
            metrics.Disabled = await db.Webhooks.CountAsync(w => w.DisabledCode != null && w.DisabledCode != WebhookRecord.ByOwner, ct);
            var now = Clock.GetUtcNow();
            if (!await db.Webhooks.AnyAsync(w => w.DisabledCode == null && w.NextDueAt <= now && (
                db.Changes.Any(c => c.ReporterOrganization == w.Organization && c.Position > w.Position)
                || db.Changes.Any(c => c.RespondentOrganization == w.Organization && c.Position > w.Position)), ct)) return;
        }
        while (!ct.IsCancellationRequested && Running().Length < MaxRunning && await ClaimAsync(ct) is { } webhook)
            lock (_running) _running.Add(Task.Run(() => TakeTurnAsync(webhook, ct), CancellationToken.None));
    }

    /// <summary>Takes the webhook that has waited longest, before other instances do; also one whose process did not come back.</summary>
    private async Task<Claimed?> ClaimAsync(CancellationToken ct)
    {
        var now = Clock.GetUtcNow();
        var found = await writer.WriteAsync(unit => unit.Sql.QueryAsync(
            $"""
            update webhooks set claim = claim + 1, next_due_at = @p1
            where id = (select w.id from webhooks w where {Due} order by w.next_due_at limit 1{(unit.IsSqlite ? "" : " for update of w skip locked")})
            returning id, kind, organization, client_id, subject, unit, reporting_unit, settings, position, claim, attempts, failing_since
            """,
            r => new Claimed(new WebhookRecord
            {
                Id = r.GetGuid(0),
                Kind = r.GetString(1),
                Organization = r.GetString(2),
                ClientId = r.GetString(3),
                Subject = r.GetString(4),
                Unit = r.IsDBNull(5) ? null : r.GetString(5),
                ReportingUnit = r.IsDBNull(6) ? null : r.GetString(6),
                Settings = r.GetString(7),
                Position = r.GetInt64(8),
                Claim = r.GetInt32(9),
            }, r.GetInt32(10), r.IsDBNull(11) ? null : DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(11))),
            LeaseEnd(now), now.ToUnixTimeMilliseconds()), ct);
        return found is [var claimed] ? claimed : null;
    }

    private async Task TakeTurnAsync(Claimed claimed, CancellationToken ct)
    {
        try
        {
            await DeliverAsync(claimed, ct);
        }
        // The claim runs out, and then it is tried again.
        catch (Exception error) { log.WebhookTurnFailed(error, claimed.Webhook.Id); }
    }

    private async Task DeliverAsync(Claimed claimed, CancellationToken ct)
    {
        var webhook = claimed.Webhook;
        if (WebhookSettings.Open(webhook.Settings, texts) is not { } settings)
        {
            await DisableAsync(claimed, "unreadable");
            return;
        }
        var (caller, position, started) = (webhook.AsCaller(), webhook.Position, Clock.GetTimestamp());
        while (true)
        {
            var newest = await NewestAsync();
            var rows = await ChangeFeedEndpoints.ReadAsync(databases, caller, access, webhook.ReportingUnit, position, Batch, CancellationToken.None);
            if (rows.Count == 0)
            {
                // What others' changes are in between is passed over.
                await RecordAsync(webhook, Math.Max(position, newest), Clock.GetUtcNow(), isDelivered: false);
                return;
            }
            var matching = webhook.Kind == WebhookRecord.Webhook ? rows : [.. rows.Where(r => IsAbout(settings, r))];
            await journal.ReadAsync(caller, AccessActions.ChangesRead, [.. matching.Select(r => r.DeviationId)], CancellationToken.None);
            // A notice holds nothing, so one stands for all that have waited.
            if (webhook.Kind == WebhookRecord.Subscription && matching.Count > 1) matching = [matching[^1]];
            foreach (var row in matching)
            {
                var outcome = webhook.Kind == WebhookRecord.Webhook ? await SendAsync(settings, row, webhook.Organization) : await sender.NotifyAsync(settings);
                metrics.Attempted(outcome.Code is null);
                if (outcome.Code is not null)
                {
                    await FailAsync(claimed, outcome);
                    return;
                }
                (position, claimed) = (row.Position, claimed with { Attempts = 0, FailingSince = null });
                var goesOn = !ct.IsCancellationRequested && Clock.GetElapsedTime(started) < LongestTurn;
                // Nothing is recorded when it was changed meanwhile, or another instance has taken it: that one says how it goes on.
                if (!await RecordAsync(webhook, position, goesOn ? null : Clock.GetUtcNow(), isDelivered: true) || !goesOn) return;
            }
            position = rows[^1].Position;
        }
    }

    private Task<SendOutcome> SendAsync(WebhookSettings settings, ChangeRecord row, string organization)
    {
        var change = ChangeFeedEndpoints.View(row, cursors.Of(row.Position, organization));
        return sender.SendAsync(settings, change.Cursor, new WebhookEvent("deviation.changed", change.At, change));
    }

    private static bool IsAbout(WebhookSettings settings, ChangeRecord row) => settings.States?.Contains(row.State, StringComparer.Ordinal) != false
        && (settings.Owner is null || settings.Owner == row.RespondentOrganization);

    private async Task<long> NewestAsync()
    {
        await using var db = await databases.CreateDbContextAsync(CancellationToken.None);
        return await db.Changes.MaxAsync(c => (long?)c.Position, CancellationToken.None) ?? 0;
    }

    /// <summary>Records how far it has come.</summary>
    /// <param name="webhook">As it was claimed.</param>
    /// <param name="position">The last change it was sent, or was passed over.</param>
    /// <param name="releaseAt">When it may be taken again; null: it is kept.</param>
    /// <param name="isDelivered">True when something was delivered.</param>
    /// <returns>False when the claim is lost.</returns>
    private async Task<bool> RecordAsync(WebhookRecord webhook, long position, DateTimeOffset? releaseAt, bool isDelivered)
    {
        var now = Clock.GetUtcNow();
        var next = releaseAt?.ToUnixTimeMilliseconds() ?? LeaseEnd(now);
        return await writer.WriteAsync(unit => isDelivered
            ? unit.Sql.ExecuteAsync(
                """
                update webhooks set position = @p1, next_due_at = @p2, delivered_at = @p5, attempts = 0, failing_since = null, failure_code = null
                where id = @p3 and claim = @p4
                """, position, next, webhook.Id, webhook.Claim, now.ToUnixTimeMilliseconds())
            : unit.Sql.ExecuteAsync("update webhooks set position = @p1, next_due_at = @p2 where id = @p3 and claim = @p4",
                position, next, webhook.Id, webhook.Claim), CancellationToken.None) == 1;
    }

    private async Task FailAsync(Claimed claimed, SendOutcome outcome)
    {
        var (now, attempts) = (Clock.GetUtcNow(), claimed.Attempts + 1);
        var since = claimed.FailingSince ?? now;
        var giveUpAt = since.AddDays(options.Value.MaxDays);
        var backoff = Backoff.After(attempts, FirstBackoff, LongestBackoff);
        var next = now + (outcome.RetryAfter > backoff ? outcome.RetryAfter.Value : backoff);
        if (next > giveUpAt) next = giveUpAt;
        if (outcome.Code == SendOutcome.Gone) await DisableAsync(claimed, outcome.Code);
        else if (now >= giveUpAt) await DisableAsync(claimed, "expired");
        else if (await writer.WriteAsync(unit => unit.Sql.ExecuteAsync(
            "update webhooks set next_due_at = @p1, attempts = @p2, failing_since = @p3, failure_code = @p4 where id = @p5 and claim = @p6",
            next.ToUnixTimeMilliseconds(), attempts, since.ToUnixTimeMilliseconds(), outcome.Code, claimed.Webhook.Id, claimed.Webhook.Claim),
            CancellationToken.None) == 1)
            log.WebhookFailed(claimed.Webhook.Id, outcome.Code!, attempts, next);
    }

    private async Task DisableAsync(Claimed claimed, string code)
    {
        var now = Clock.GetUtcNow();
        if (await writer.WriteAsync(unit => unit.Sql.ExecuteAsync(
            """
            update webhooks set disabled_code = @p1, failure_code = @p1, attempts = @p2, failing_since = @p3, next_due_at = @p4 where id = @p5 and claim = @p6
            """,
            code, claimed.Attempts + 1, (claimed.FailingSince ?? now).ToUnixTimeMilliseconds(), now.ToUnixTimeMilliseconds(), claimed.Webhook.Id,
            claimed.Webhook.Claim), CancellationToken.None) == 1)
            log.WebhookDisabled(claimed.Webhook.Id, claimed.Webhook.Organization, code);
    }

    private long LeaseEnd(DateTimeOffset now) => now.AddSeconds(options.Value.LeaseSeconds).ToUnixTimeMilliseconds();

    private sealed record Claimed(WebhookRecord Webhook, int Attempts, DateTimeOffset? FailingSince);
}
