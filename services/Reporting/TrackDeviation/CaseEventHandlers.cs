using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Hosting.Calendar;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Reporting.Deviations;
using Avvik.Reporting.Persistence;

namespace Avvik.Reporting.TrackDeviation;

/// <summary>
/// Updates the deviation's state and timeline, and appends a line to the change feed. A withdrawn deviation stays withdrawn, whatever was on its way.
/// </summary>
internal sealed class CaseChangedHandler : IHandle<CaseChanged, ReportingDbContext>
{
    public async Task HandleAsync(CaseChanged message, UnitOfWork<ReportingDbContext> unit)
    {
        await unit.SerializeAsync(message.DeviationId);
        var (at, due) = (message.OccurredAt.ToUnixTimeMilliseconds(), message.DueAt?.ToUnixTimeMilliseconds());
        var line = new ChangeRecord
        {
            DeviationId = message.DeviationId,
            Reference = message.Facts.Reference,
            Version = message.Version,
            At = message.OccurredAt,
            Event = message.Action,
            Organization = message.Organization,
            State = message.State,
            Unit = message.Unit,
            DueAt = message.DueAt,
            ReporterOrganization = message.Facts.ReporterOrganization,
            RespondentOrganization = message.Facts.RespondentOrganization,
        };
        unit.AppendToFeed(async () =>
        {
            await unit.InsertAsync(line);
            // The party that handed it over reads that it has left, and nothing of where it is now.
            if (message is { Action: "handedOver", EarlierRespondents: [.., var earlier] })
                await unit.InsertAsync(line with { Unit = null, DueAt = null, ReporterOrganization = "", RespondentOrganization = earlier });
        });
        // A reporter's message is in the timeline since it was written.
        if (message.Action != "reporterMessage") await unit.Sql.ExecuteAsync(
            """
            insert into timeline (deviation_id, version, at, event, organization) values (@p1, @p2, @p3, @p4, @p5)
            on conflict (deviation_id, version) do update set at = excluded.at, event = excluded.event, organization = excluded.organization
            """,
            message.DeviationId, message.Version, at, message.Action, message.Organization);
        await unit.Sql.ExecuteAsync(
            """
            update deviations set status_version = @p2, status = case when status = 'withdrawn' then status else @p3 end, category = @p4, clause = @p5,
              actual_harm = @p6, unit = @p7, due_at = @p8, main_case = @p9,
              respondent_organization = @p11, direction = @p12, agreement = @p13, answered_at = @p14, patients_affected = @p15,
              erase_at = case when has_patient and envelope_erased_at is null then cast(@p10 as bigint) end
            where id = @p1 and status_version < @p2
            """,
            message.DeviationId, message.Version, message.State, message.Facts.Category, DeviationRecord.ClauseOf(message.Facts), message.Facts.ActualHarm,
            message.Unit, due, message.MainCase, EraseAt(message), message.Facts.RespondentOrganization, message.Facts.Direction, message.Facts.Agreement,
            message.AnsweredAt?.ToUnixTimeMilliseconds(), message.Facts.PatientsAffected);
    }

    // An open case needs its patient; a final one keeps the identity for the days that its agreement sets.
    private static long? EraseAt(CaseChanged message)
    {
        if (!CaseStates.IsFinal(message.State)) return null;
        var days = Vocabulary.DeadlinesOf(message.Facts.Community, message.Facts.Agreement).EnvelopeRetentionDaysAfterClose;
        return NorwegianCalendar.AddDays(message.ClosedAt ?? message.OccurredAt, days).ToUnixTimeMilliseconds();
    }
}

/// <summary>
/// Stores the words of a change. They are sent before it; should they come after it all the same, a reader of the feed may have asked for them in vain, and
/// the feed gives the change again.
/// </summary>
internal sealed class ReporterInformedHandler(TextProtector texts) : IHandle<ReporterInformed, ReportingDbContext>
{
    public async Task HandleAsync(ReporterInformed message, UnitOfWork<ReportingDbContext> unit)
    {
        await unit.SerializeAsync(message.DeviationId);
        var told = await unit.Sql.ScalarAsync<string>(
            """
            insert into timeline (deviation_id, version, at, text) values (@p1, @p2, @p3, @p4)
            on conflict (deviation_id, version) do update set text = excluded.text
            returning event
            """,
            message.DeviationId, message.Version, message.OccurredAt.ToUnixTimeMilliseconds(),
            texts.StrikeSealed(message.Text.Value, await unit.PassagesAsync(message.DeviationId)));
        if (told is not null) unit.AppendToFeed(() => unit.Sql.ExecuteAsync(
            """
            insert into changes (deviation_id, reference, version, at, event, organization, state, unit, due_at, reporter_organization,
              respondent_organization)
            select d.id, d.reference, d.status_version, t.at, t.event, t.organization, d.status, d.unit, d.due_at, d.reporter_organization,
              d.respondent_organization
            from timeline t join deviations d on d.id = t.deviation_id where t.deviation_id = @p1 and t.version = @p2
            """,
            message.DeviationId, message.Version));
    }
}

file static class Feed
{
    /// <summary>
    /// Positions are taken in the order of the commits, so that a reader who has seen one has seen all before it. SQLite has a single writer.
    /// </summary>
    public static void AppendToFeed(this UnitOfWork<ReportingDbContext> unit, Func<Task> append) =>
        unit.AtEnd(EndOrder.ChangeFeed, async () =>
        {
            if (!unit.IsSqlite) await unit.Sql.ScalarAsync<string>("select 'taken' from pg_advisory_xact_lock(6201)");
            await append();
        });
}
