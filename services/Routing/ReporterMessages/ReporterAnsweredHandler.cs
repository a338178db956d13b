using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Routing.Persistence;

namespace Avvik.Routing.ReporterMessages;

/// <summary>What the reporter writes is a change of the case, whatever its state; of a duplicate's reporter, of the case that it repeats.</summary>
internal sealed class ReporterAnsweredHandler(TextProtector texts, TimeProvider clock) : IHandle<ReporterAnswered, RoutingDbContext>
{
    public async Task HandleAsync(ReporterAnswered message, UnitOfWork<RoutingDbContext> unit)
    {
        await unit.SerializeAsync(message.DeviationId);
        var text = texts.Strike(texts.Reveal(message.Text), await unit.PassagesAsync(message.DeviationId));
        var added = await unit.Sql.ExecuteAsync(
            "insert into reporter_messages (case_id, number, at, organization, text) values (@p1, @p2, @p3, @p4, @p5) on conflict do nothing",
            message.DeviationId, message.Version, message.OccurredAt.ToUnixTimeMilliseconds(), message.Organization, texts.Protect(text).Value);
        if (added == 0) return;
        var @case = await unit.FindCaseAsync(message.DeviationId);
        if (@case is not null) await unit.RecordAsync(@case, @case.ReporterWrote(message.Organization, text, message.OccurredAt, clock.GetUtcNow(),
            message.AsksReopening, message.AcceptsAnswer), texts);
        if ((@case is null || @case.State == CaseStates.Duplicate) && await unit.Db.CaseDuplicates.FindAsync(message.DeviationId) is { } duplicate
            && await unit.FindCaseAsync(duplicate.MainCase) is { } main)
            await unit.RecordAsync(main, main.ReporterOfDuplicateWrote(message.Organization, text, message.OccurredAt), texts);
    }
}
