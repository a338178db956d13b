using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Contracts.Routing;
using Avvik.Contracts.Triage;
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
    private readonly ulong _seed = texts.Seed("likeness");

    public async Task HandleAsync(DeviationSubmitted message, UnitOfWork<TriageDbContext> unit)
    {
        // Against a withdrawal that another instance handles: each would not see what the other has written.
        await unit.SerializeAsync(message.DeviationId);
        var narrative = texts.Reveal(message.Narrative);
        var mayIdentify = IdentityWarning.In(narrative, texts.RevealOptional(message.ImmediateAction),
            texts.RevealOptional(message.SuggestedMeasure)).Count > 0;
        var signature = Similarity.SignatureOf(narrative, _seed);
        var similar = await SimilarAsync(message, signature, unit);
        var (a, @event) = Assessment.Of(message, narrative, clock.GetUtcNow(), mayIdentify, signature,
            category => [.. similar.Where(o => o.Category is null || category is null || o.Category == category).Select(o => o.Id)
                .Take(Assessment.MaxSimilar)]);
        // Prepared SQL instead of the context, for speed: every deviation comes here. A known one arrived under another message id and is left alone.
        var added = await unit.Sql.ExecuteAsync(
            """
            insert into assessments (id, version, state, open, community, respondent_organization, received_at, priority, reasons, flags, suggestions, facts,
              narrative, immediate_action, suggested_measure, reporter_profession, message_id, occurred_on, category, due_at, wake_at, alike, sketch,
              overdue_reminded, reporter_warned)
            values (@p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11, @p12, @p13, @p14, @p15, @p16, @p17, @p18, @p19, @p20, @p21, @p22, @p23,
              false, false)
            on conflict do nothing
            """,
            a.Id, a.Version, a.State, a.Open, a.Community, a.RespondentOrganization, a.ReceivedAt.ToUnixTimeMilliseconds(), a.Priority,
            JsonSerializer.Serialize(a.Reasons), JsonSerializer.Serialize(a.Flags),
                JsonSerializer.Serialize(a.Suggestions, ClientJson.Default.IReadOnlyListCategorySuggestion),
            JsonSerializer.Serialize(a.Facts, ContractJson.Default.DeviationFacts),
            a.Narrative, a.ImmediateAction, a.SuggestedMeasure, a.ReporterProfession, a.MessageId, a.OccurredOn, a.Category, a.DueAt.ToUnixTimeMilliseconds(),
                a.NextDueAt?.ToUnixTimeMilliseconds(), JsonSerializer.Serialize(a.SimilarIds), a.MinHashSignature);
        if (added == 0) return;
        if (await unit.TakeEarlyWithdrawalAsync(message.DeviationId))
        {
            var withdrawn = (await unit.Db.Assessments.FindAsync(message.DeviationId))!;
            await unit.RecordAsync(withdrawn, withdrawn.Withdraw(message.Facts.ReporterOrganization, clock.GetUtcNow()), null, texts);
            return;
        }
        await (@event is DeviationTriaged triaged ? unit.EnqueueAsync(triaged) : unit.EnqueueAsync((CaseChanged)@event));
    }

    /// <summary>Deviations of the same party and days with a similar text, most similar first.</summary>
    private static async Task<IReadOnlyList<(Guid Id, string? Category)>> SimilarAsync(DeviationSubmitted message, byte[] signature,
        UnitOfWork<TriageDbContext> unit)
    {
        var day = message.Facts.OccurredOn;
        var near = await unit.Sql.QueryAsync(
            $"""
            select id, category, sketch from assessments where respondent_organization = @p1 and occurred_on between @p2 and @p3
            order by occurred_on desc, received_at desc limit {Compared}
            """,
            r => (Id: r.GetGuid(0), Category: r.IsDBNull(1) ? null : r.GetString(1), Similarity: Similarity.Of(signature, r.GetFieldValue<byte[]>(2))),
            message.Facts.RespondentOrganization, day.AddDays(-DaysApart), day.AddDays(DaysApart));
        return [.. near.Where(o => o.Similarity >= Similarity.Same && o.Id != message.DeviationId).OrderByDescending(o => o.Similarity)
            .Select(o => (o.Id, o.Category))];
    }
}
