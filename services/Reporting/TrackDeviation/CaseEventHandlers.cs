using Avvik.Contracts.Routing;
using Avvik.Messaging.Inbox;
using Avvik.Messaging.Storage;
using Avvik.Reporting.Persistence;

namespace Avvik.Reporting.TrackDeviation;

/// <summary>How the case stands, for the one who reported. Withdrawn is the reporter's own word, and nothing that was on its way changes it.</summary>
internal sealed class CaseChangedHandler : IHandle<CaseChanged, ReportingDbContext>
{
    public async Task HandleAsync(CaseChanged message, UnitOfWork<ReportingDbContext> unit)
    {
        await unit.Sql.ExecuteAsync(
            """
            insert into timeline (deviation_id, version, at, event, organization) values (@p1, @p2, @p3, @p4, @p5)
            on conflict (deviation_id, version) do update set at = excluded.at, event = excluded.event, organization = excluded.organization
            """,
            message.DeviationId, message.Version, message.OccurredAt.ToUnixTimeMilliseconds(), message.Action, message.Organization);
        await unit.Sql.ExecuteAsync(
            """
            update deviations set status_version = @p2, status = case when status = 'withdrawn' then status else @p3 end, category = @p4, clause = @p5, actual_harm = @p6, unit = @p7, due_at = @p8
            where id = @p1 and status_version < @p2
            """,
            message.DeviationId, message.Version, message.State, message.Facts.Category, message.Facts.Clause, message.Facts.ActualHarm, message.Unit, message.DueAt?.ToUnixTimeMilliseconds());
    }
}

/// <summary>The words that belong to a change; they may come first.</summary>
internal sealed class ReporterInformedHandler : IHandle<ReporterInformed, ReportingDbContext>
{
    public Task HandleAsync(ReporterInformed message, UnitOfWork<ReportingDbContext> unit) => unit.Sql.ExecuteAsync(
        """
        insert into timeline (deviation_id, version, at, text) values (@p1, @p2, @p3, @p4)
        on conflict (deviation_id, version) do update set text = excluded.text
        """,
        message.DeviationId, message.Version, message.OccurredAt.ToUnixTimeMilliseconds(), message.Text.Value);
}
