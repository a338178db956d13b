using Avvik.Contracts.Reporting;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Triage.Assessments;
using Avvik.Triage.Persistence;

namespace Avvik.Triage.RedactTexts;

/// <summary>Strikes a passage from the texts that are here, and remembers its print for those that are still to come.</summary>
internal sealed class TextRedactedHandler(TextProtector texts, TimeProvider clock) : IHandle<TextRedacted, TriageDbContext>
{
    public async Task HandleAsync(TextRedacted message, UnitOfWork<TriageDbContext> unit)
    {
        await unit.SerializeAsync(message.DeviationId);
        var isNew = await unit.InsertIfNewAsync(new Redaction
        {
            DeviationId = message.DeviationId,
            Number = message.Version,
            At = message.OccurredAt,
            Organization = message.Organization,
            Words = message.Words,
            Print = message.Print,
        });
        // Also when it is known: it is published again when this database was restored from a backup.
        Passage[] passages = [new(message.Words, message.Print)];
        foreach (var (number, text) in await unit.Sql.QueryAsync("select number, text from reporter_messages where deviation_id = @p1",
            r => (r.GetInt32(0), r.GetString(1)), message.DeviationId))
            await unit.Sql.ExecuteAsync("update reporter_messages set text = @p3 where deviation_id = @p1 and number = @p2", message.DeviationId, number,
                texts.StrikeSealed(text, passages));
        if (await unit.Db.Assessments.FindAsync(message.DeviationId) is not { } assessment) return;
        assessment.Strike(text => texts.StrikeSealed(text, passages));
        assessment.DeriveAgain(texts.Show(assessment.Narrative), Similarity.SeedOf(texts));
        if (isNew && assessment.Redacted(message.Organization, clock.GetUtcNow()) is { } changed)
            await unit.RecordAsync(assessment, changed, texts.Reveal(message.Reason), texts);
    }
}
