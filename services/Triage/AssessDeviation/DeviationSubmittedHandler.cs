using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Contracts.Routing;
using Avvik.Contracts.Triage;
using Avvik.Hosting.Calendar;
using Avvik.IdentityDetection;
using Avvik.Messaging.Inbox;
using Avvik.Messaging.Outbox;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Triage.Assessments;
using Avvik.Triage.Persistence;

namespace Avvik.Triage.AssessDeviation;

internal sealed class DeviationSubmittedHandler(TextProtector texts, TimeProvider clock) : IHandle<DeviationSubmitted, TriageDbContext>
{
    // One event is reported as of the same day or the next, and the newest reports are the likeliest.
    private const int DaysApart = 1, Compared = 10;
    private readonly ulong _seed = Similarity.SeedOf(texts);

    public async Task HandleAsync(DeviationSubmitted message, UnitOfWork<TriageDbContext> unit)
    {
        // Against a withdrawal that another instance handles: each would not see what the other has written.
        await unit.SerializeAsync(message.DeviationId);
        message = await StruckAsync(message, unit);
        if (await unit.Sql.ScalarAsync<int>("select named from early_patients where deviation_id = @p1", message.DeviationId) is > 0 and var named)
            message = message with { Facts = message.Facts.WithPatientsGiven(named) };
        var narrative = texts.Reveal(message.Narrative);
        var mayIdentify = message.MayIdentify ?? IdentityWarning.In(narrative, texts.RevealOptional(message.ImmediateAction),
            texts.RevealOptional(message.SuggestedMeasure), texts.RevealOptional(message.MessageId), texts.RevealOptional(message.ReporterProfession),
            texts.RevealOptional(message.UnknownSite)).Count > 0;
        var signature = Similarity.SignatureOf(narrative, _seed);
        // Of one that does not use Avvik the reporter's coordinator decides, who knows of no other party's report.
        var ownOnly = HealthCommunities.Party(message.Facts.RespondentOrganization)?.UsesAvvikOn(NorwegianCalendar.DayOf(clock.GetUtcNow())) == false;
        var similar = await SimilarAsync(message, signature, ownOnly, unit);
        var (a, @event) = Assessment.Of(message, narrative, clock.GetUtcNow(), mayIdentify, signature,
            category => [.. similar.Where(o => o.Category is null || category is null || o.Category == category).Select(o => o.Id)
                .Take(Assessment.MaxSimilar)]);
        // A known one arrived under another message id and is left alone.
        if (!await unit.InsertIfNewAsync(a)) return;
        if (await unit.TakeEarlyWithdrawalAsync(message.DeviationId))
        {
            var withdrawn = (await unit.Db.Assessments.FindAsync(message.DeviationId))!;
            await unit.RecordAsync(withdrawn, withdrawn.Withdraw(message.Facts.ReporterOrganization, clock.GetUtcNow()), null, texts);
            return;
        }
        await (@event is DeviationTriaged triaged ? unit.EnqueueAsync(triaged) : unit.EnqueueAsync((CaseChanged)@event));
    }

    /// <summary>Without what was struck before it came here.</summary>
    private async Task<DeviationSubmitted> StruckAsync(DeviationSubmitted message, UnitOfWork<TriageDbContext> unit)
    {
        var passages = await unit.PassagesAsync(message.DeviationId);
        if (passages.Count == 0) return message;
        ProtectedText? Strike(ProtectedText? text) => text is { } t ? new(texts.StrikeSealed(t.Value, passages)) : null;
        return message with
        {
            Narrative = Strike(message.Narrative)!.Value,
            ImmediateAction = Strike(message.ImmediateAction),
            SuggestedMeasure = Strike(message.SuggestedMeasure),
            ReporterProfession = Strike(message.ReporterProfession),
            MessageId = Strike(message.MessageId),
            UnknownSite = Strike(message.UnknownSite),
        };
    }

    /// <summary>Deviations of the same party and days with a similar text, most similar first.</summary>
    private static async Task<IReadOnlyList<(Guid Id, string? Category)>> SimilarAsync(DeviationSubmitted message, byte[] signature,
        bool ownOnly, UnitOfWork<TriageDbContext> unit)
    {
        var day = message.Facts.OccurredOn;
        object[] values = [message.Facts.RespondentOrganization, day.AddDays(-DaysApart), day.AddDays(DaysApart)];
        var near = await unit.Sql.QueryAsync(
            $"""
            select id, category, sketch from assessments where respondent_organization = @p1 and occurred_on between @p2 and @p3
                {(ownOnly ? "and reporter_organization = @p4" : "")}
            order by occurred_on desc, received_at desc limit {Compared}
            """,
            r => (Id: r.GetGuid(0), Category: r.IsDBNull(1) ? null : r.GetString(1), Similarity: Similarity.Of(signature, r.GetFieldValue<byte[]>(2))),
            ownOnly ? [.. values, message.Facts.ReporterOrganization] : values);
        return [.. near.Where(o => o.Similarity >= Similarity.Same && o.Id != message.DeviationId).OrderByDescending(o => o.Similarity)
            .Select(o => (o.Id, o.Category))];
    }
}
