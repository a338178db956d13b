using Avvik.Contracts.Reporting;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Routing.Lessons;
using Avvik.Routing.Persistence;
using Avvik.Routing.Search;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Routing.RedactTexts;

/// <summary>
/// Strikes a passage from the case, its history, its messages and its lesson, and from the case that it repeats; remembers its print for texts that are still
/// to come. Their text indexes follow.
/// </summary>
internal sealed class TextRedactedHandler(TextProtector texts, CaseIndex cases, LessonIndex lessons) : IHandle<TextRedacted, RoutingDbContext>
{
    public async Task HandleAsync(TextRedacted message, UnitOfWork<RoutingDbContext> unit)
    {
        var id = message.DeviationId;
        var main = await unit.Sql.ScalarAsync<Guid?>("select main_case from case_duplicates where id = @p1", id);
        await unit.SerializeAsync(main is { } m ? [id, m] : [id]);
        var isNew = await unit.InsertIfNewAsync(new Redaction
        {
            DeviationId = id,
            Number = message.Version,
            At = message.OccurredAt,
            Organization = message.Organization,
            Words = message.Words,
            Print = message.Print,
        });
        // Also when it is known: it is published again when this database was restored from a backup.
        Passage[] passages = [new(message.Words, message.Print)];
        string Strike(string text) => texts.Strike(text, passages);
        string StrikeSealed(string text) => texts.StrikeSealed(text, passages);
        await StrikeRowsAsync(unit, "case_events", "case_id", "version", "text", id, StrikeSealed);
        await StrikeRowsAsync(unit, "reporter_messages", "case_id", "number", "text", id, StrikeSealed);
        await StrikeRowsAsync(unit, "case_duplicates", "id", "at", "narrative", id, StrikeSealed);
        await StrikeRowsAsync(unit, "case_duplicates", "id", "at", "comment", id, StrikeSealed);
        await StrikeRowsAsync(unit, "early_withdrawals", "case_id", "organization", "reason", id, StrikeSealed);
        // What the reporter of a duplicate wrote is in the history of the case that it repeats.
        if (main is { } other) await StrikeRowsAsync(unit, "case_events", "case_id", "version", "text", other, StrikeSealed);
        if (await unit.Db.Lessons.FirstOrDefaultAsync(l => l.CaseId == id, CancellationToken.None) is { } lesson)
        {
            lesson.Strike(Strike);
            if (lesson.State == Lesson.Approved) await lessons.ReplaceAsync(unit, lesson);
        }
        if (await unit.FindCaseAsync(id) is not { } @case) return;
        @case.Strike(Strike);
        await cases.ReplaceAsync(unit, @case);
        if (isNew) await unit.RecordAsync(@case, @case.Redacted(message.Organization, Strike(texts.Reveal(message.Reason)), message.OccurredAt), texts);
    }

    private static async Task StrikeRowsAsync(UnitOfWork<RoutingDbContext> unit, string table, string key, string number, string column, Guid id,
        Func<string, string> strike)
    {
        foreach (var (at, text) in await unit.Sql.QueryAsync($"select {number}, {column} from {table} where {key} = @p1 and {column} is not null",
            r => (r.GetValue(0), r.GetString(1)), id))
            if (strike(text) is var left && left != text)
                await unit.Sql.ExecuteAsync($"update {table} set {column} = @p3 where {key} = @p1 and {number} = @p2", id, at, left);
    }
}
