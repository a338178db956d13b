using System.Text.Json;
using Avvik.Contracts;
using Avvik.Contracts.Triage;
using Avvik.CareDirectories;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Routing.Cases;
using Avvik.Routing.Persistence;
using Avvik.Routing.RoutingRules;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Routing.OpenCase;

internal sealed class DeviationTriagedHandler(TextProtector texts, CurrentDirectory directory, CurrentRules rules, TimeProvider clock)
    : IHandle<DeviationTriaged, RoutingDbContext>
{
    public async Task HandleAsync(DeviationTriaged message, UnitOfWork<RoutingDbContext> unit)
    {
        // Against a withdrawal or a merge that another instance handles: each would not see what the other has written.
        await unit.SerializeAsync(message.DeviationId);
        var now = clock.GetUtcNow();
        var knowledge = new RoutingKnowledge(directory.Now, rules.Of(message.Facts.RespondentOrganization));
        var comment = texts.RevealOptional(message.Comment);
        var words = new CaseTexts(texts.Reveal(message.Narrative), texts.RevealOptional(message.ImmediateAction),
            texts.RevealOptional(message.SuggestedMeasure),
            texts.RevealOptional(message.ReporterProfession), texts.RevealOptional(message.MessageId), comment);
        var (c, opened) = Case.Open(message, words, knowledge, now);
        // Prepared SQL instead of the context, for speed: every deviation comes here. A known case arrived under another message id and is left alone.
        var added = await unit.Sql.ExecuteAsync(
            """
            insert into cases (id, version, state, unit, reference, community, reporter_organization, respondent_organization, category, actual_harm, priority,
              received_at, due_at, rule, rule_version, reasons, facts, narrative, immediate_action, suggested_measure, harm_rank, clock_started_at,
              acknowledge_by, wake_at, reporter_profession, message_id,
              hops, unit_hops, disputes, escalations, reopenings, follow_ups, triage_changes, reminders, acknowledge_reminded, notice_reminded, reporter_warned,
              closings, is_final, lessons)
            values (@p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11, @p12, @p13, @p14, @p15, @p16, @p17, @p18, @p19, @p20, @p21, @p22, @p23, @p24, @p25,
              @p26, 0, '[]', 0, 0, 0, 0, '[]', 0, false, false, false, '[]', false, 0)
            on conflict do nothing
            """,
            c.Id, c.Version, c.State, c.Unit, c.Reference, c.Community, c.ReporterOrganization, c.RespondentOrganization, c.Category, c.ActualHarm, c.Priority,
            c.ReceivedAt.ToUnixTimeMilliseconds(), c.DueAt.ToUnixTimeMilliseconds(), c.Rule, c.RuleVersion, JsonSerializer.Serialize(c.Reasons),
                JsonSerializer.Serialize(c.Facts, ContractJson.Default.DeviationFacts), c.Narrative, c.ImmediateAction,
            c.SuggestedMeasure, c.HarmRank, c.ClockStartedAt.ToUnixTimeMilliseconds(), c.AcknowledgeBy.ToUnixTimeMilliseconds(),
                c.NextDueAt?.ToUnixTimeMilliseconds(),
            c.ReporterProfession, c.MessageId);
        if (added == 0)
        {
            // Known: Triage routes a reopened case again, or the same event arrived under another message id.
            if (await unit.FindCaseAsync(c.Id) is { } known && known.RouteAgain(message, comment, knowledge, now) is { } again) await unit.RecordAsync(known,
                again, texts);
            return;
        }
        await unit.Sql.ExecuteAsync(
            "insert into case_events (case_id, version, at, action, organization, state, unit, text) values (@p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8)",
            opened.CaseId, opened.Version, opened.At.ToUnixTimeMilliseconds(), opened.Action, opened.Organization, opened.State, opened.Unit, opened.Text);
        await unit.PublishAsync(c, opened, texts);

        // Merges that arrived before this case, as the main case or as the duplicate.
        if (await unit.Sql.ScalarAsync<int>("select 1 from case_duplicates where main_case = @p1 or id = @p1 limit 1", c.Id) == 1)
        {
            var @case = (await unit.FindCaseAsync(c.Id))!;
            foreach (var duplicate in await unit.Db.CaseDuplicates.Where(d => d.MainCase == c.Id).OrderBy(d => d.At).ToListAsync())
                await unit.RecordAsync(@case, @case.AddDuplicate(duplicate.Reference, now), texts);
            if (await unit.Db.CaseDuplicates.FirstOrDefaultAsync(d => d.Id == c.Id) is { } own) await unit.RecordAsync(@case,
                @case.Merge(own.MainCase, own.Comment, now), texts);
        }
        foreach (var (organization, reason) in await unit.Sql.QueryAsync("delete from early_withdrawals where case_id = @p1 returning organization, reason",
            r => (r.GetString(0), r.GetString(1)), c.Id))
        {
            var @case = (await unit.FindCaseAsync(c.Id))!;
            await unit.RecordAsync(@case, @case.Withdraw(organization, texts.Reveal(new ProtectedText(reason)), now), texts);
        }
    }
}
