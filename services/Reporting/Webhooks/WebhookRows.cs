using Avvik.Contracts;
using Avvik.Hosting.Callers;
using Avvik.Storage;
using Avvik.Reporting.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Reporting.Webhooks;

/// <summary>
/// Reads and writes the rows. Everything is written by statements and not by tracked entities: the work of the sender may share the transaction.
/// </summary>
internal static class WebhookRows
{
    // Webhooks and subscriptions together: far more than a party has systems.
    private const int MaxOfParty = 50;

    /// <summary>Those of the caller's software; an administrator has power over all of the party's.</summary>
    public static IQueryable<WebhookRecord> Of(this IQueryable<WebhookRecord> webhooks, Caller caller, string kind)
    {
        var (organization, client, all) = (caller.Organization, caller.ClientId, caller.Is(Roles.Admin));
        return webhooks.Where(w => w.Kind == kind && w.Organization == organization && (all || w.ClientId == client));
    }

    /// <summary>Adds one that is sent what happens from now on; null when the party has too many.</summary>
    public static async Task<WebhookRecord?> AddWebhookAsync(this UnitOfWork<ReportingDbContext> unit, Caller caller, string kind, string settings,
        string? reportingUnit, bool isEnabled, DateTimeOffset now)
    {
        if (await unit.Sql.ScalarAsync<long>("select count(*) from webhooks where organization = @p1", caller.Organization) >= MaxOfParty) return null;
        // As it is read again.
        now = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds());
        var added = new WebhookRecord
        {
            Id = Guid.CreateVersion7(now),
            Kind = kind,
            Organization = caller.Organization,
            ClientId = caller.ClientId,
            Subject = caller.Subject,
            // An administrator's unit gives nothing to see.
            Unit = caller.Is(Roles.Client) ? caller.Unit : null,
            ReportingUnit = reportingUnit,
            Settings = settings,
            Version = 1,
            DisabledCode = isEnabled ? null : WebhookRecord.ByOwner,
            Position = await unit.Sql.ScalarAsync<long>("select max(position) from changes"),
            NextDueAt = now,
            CreatedAt = now,
            ChangedAt = now,
        };
        await unit.InsertAsync(added);
        return added;
    }

    /// <summary>One of the caller's, which nobody else changes until the transaction ends.</summary>
    public static async Task<WebhookRecord?> LockWebhookAsync(this UnitOfWork<ReportingDbContext> unit, Guid id, Caller caller, string kind)
    {
        if (!unit.IsSqlite) await unit.Sql.ScalarAsync<Guid>("select id from webhooks where id = @p1 for update", id);
        return await unit.Db.Webhooks.AsNoTracking().Of(caller, kind).FirstOrDefaultAsync(w => w.Id == id);
    }

    /// <summary>Writes what may have changed of a locked one, as its next version.</summary>
    public static Task SaveWebhookAsync(this UnitOfWork<ReportingDbContext> unit, WebhookRecord webhook, DateTimeOffset now)
    {
        (webhook.Version, webhook.ChangedAt) = (webhook.Version + 1, DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds()));
        return unit.Sql.ExecuteAsync(
            """
            update webhooks set settings = @p2, reporting_unit = @p3, disabled_code = @p4, position = @p5, next_due_at = @p6, claim = @p7, attempts = @p8,
              failing_since = @p9, failure_code = @p10, version = @p11, changed_at = @p12
            where id = @p1
            """,
            webhook.Id, webhook.Settings, webhook.ReportingUnit, webhook.DisabledCode, webhook.Position, webhook.NextDueAt.ToUnixTimeMilliseconds(),
            webhook.Claim, webhook.Attempts, webhook.FailingSince?.ToUnixTimeMilliseconds(), webhook.FailureCode, webhook.Version,
            now.ToUnixTimeMilliseconds());
    }

    /// <summary>Deletes one of the caller's; false when there is none.</summary>
    public static async Task<bool> RemoveWebhookAsync(this UnitOfWork<ReportingDbContext> unit, Guid id, Caller caller, string kind) =>
        await unit.LockWebhookAsync(id, caller, kind) is not null && await unit.Sql.ExecuteAsync("delete from webhooks where id = @p1", id) == 1;
}
