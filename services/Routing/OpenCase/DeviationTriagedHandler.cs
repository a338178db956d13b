using Avvik.Contracts;
using Avvik.Contracts.Triage;
using Avvik.Messaging.Inbox;
using Avvik.Messaging.Storage;
using Avvik.Messaging.TextProtection;
using Avvik.Routing.Cases;
using Avvik.Routing.Persistence;

namespace Avvik.Routing.OpenCase;

internal sealed class DeviationTriagedHandler(TextProtector texts, TimeProvider clock) : IHandle<DeviationTriaged, RoutingDbContext>
{
    public async Task HandleAsync(DeviationTriaged message, UnitOfWork<RoutingDbContext> unit)
    {
        var now = clock.GetUtcNow();
        var (c, opened) = Case.Open(message, texts.Reveal(message.Narrative), texts.RevealOptional(message.ImmediateAction), texts.RevealOptional(message.SuggestedMeasure), now);
        // Prepared SQL and not the context: this is every deviation's way. A case that is known came under another message id, and stands.
        var added = await unit.Sql.ExecuteAsync(
            """
            insert into cases (id, version, state, unit, reference, community, reporter_organization, respondent_organization, category, actual_harm, priority, received_at, due_at,
              hops, rule, rule_version, reasons, facts, narrative, immediate_action, suggested_measure, harm_rank)
            values (@p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11, @p12, @p13, 0, @p14, @p15, @p16, @p17, @p18, @p19, @p20, @p21)
            on conflict do nothing
            """,
            c.Id, c.Version, c.State, c.Unit, c.Reference, c.Community, c.ReporterOrganization, c.RespondentOrganization, c.Category, c.ActualHarm, c.Priority,
            c.ReceivedAt.ToUnixTimeMilliseconds(), c.DueAt.ToUnixTimeMilliseconds(), c.Rule, c.RuleVersion, c.Reasons, c.Facts, c.Narrative, c.ImmediateAction, c.SuggestedMeasure, c.HarmRank);
        if (added == 0) return;
        await unit.Sql.ExecuteAsync("insert into case_events (case_id, version, at, action, organization, state, unit) values (@p1, @p2, @p3, @p4, @p5, @p6, @p7)",
            opened.CaseId, opened.Version, opened.At.ToUnixTimeMilliseconds(), opened.Action, opened.Organization, opened.State, opened.Unit);
        await unit.EnqueueAsync(c.Changed(opened));

        foreach (var (organization, reason) in await unit.Sql.QueryAsync("delete from early_withdrawals where case_id = @p1 returning organization, reason", r => (r.GetString(0), r.GetString(1)), c.Id))
        {
            var @case = (await unit.Db.Cases.FindAsync(c.Id))!;
            var withdrawn = @case.Withdraw(organization, texts.Reveal(new ProtectedText(reason)), now);
            unit.Db.Add(withdrawn);
            await unit.EnqueueAsync(@case.Changed(withdrawn));
        }
    }
}
