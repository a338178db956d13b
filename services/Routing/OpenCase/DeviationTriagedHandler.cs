using Avvik.Contracts;
using Avvik.Contracts.Triage;
using Avvik.CareDirectories;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Routing.Cases;
using Avvik.Routing.Persistence;
using Avvik.Routing.Search;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Routing.OpenCase;

internal sealed class DeviationTriagedHandler(TextProtector texts, CaseIndex index, CurrentDirectory directory, CurrentRules rules, TimeProvider clock)
    : IHandle<DeviationTriaged, RoutingDbContext>
{
    public async Task HandleAsync(DeviationTriaged message, UnitOfWork<RoutingDbContext> unit)
    {
        // Against a withdrawal or a merge that another instance handles: each would not see what the other has written.
        await unit.SerializeAsync(message.DeviationId);
        var now = clock.GetUtcNow();
        var knowledge = new RoutingKnowledge(directory.Now, rules.Of(message.Facts.RespondentOrganization));
        // What came before the case, in one query: nearly always nothing.
        var earlier = await unit.Sql.QueryAsync(
            """
            select 'redaction' from redactions where deviation_id = @p1
            union all select 'merge' from case_duplicates where main_case = @p1
            union all select 'merge' from case_duplicates where id = @p1
            union all select 'patients' from early_patients where case_id = @p1
            union all select 'withdrawal' from early_withdrawals where case_id = @p1
            """,
            r => r.GetString(0), message.DeviationId);
        // Without what was struck before it came here.
        var passages = earlier.Contains("redaction") ? await unit.PassagesAsync(message.DeviationId) : [];
        string? Open(ProtectedText? text) => texts.StrikeOptional(texts.RevealOptional(text), passages);
        var comment = Open(message.Comment);
        var words = new CaseTexts(Open(message.Narrative)!, Open(message.ImmediateAction), Open(message.SuggestedMeasure), Open(message.ReporterProfession),
            Open(message.MessageId), comment, Open(message.UnknownSite));
        var (c, opened) = Case.Open(message, words, knowledge, now);
        index.Prepare(c);
        if (!await unit.InsertIfNewAsync(c))
        {
            // Known: Triage routes a reopened case again, or the same event arrived under another message id.
            if (await unit.FindCaseAsync(c.Id) is { } known && known.RouteAgain(message, comment, knowledge, now) is { } again)
                await unit.RecordAsync(known, again, texts);
            return;
        }
        await unit.InsertAsync(opened);
        await CaseIndex.AddAsync(unit, c);
        await unit.PublishAsync(c, opened, texts);

        // Whichever of the two cases comes last, both show the other.
        foreach (var other in message.SamePatient ?? [])
            await unit.Sql.ExecuteAsync("insert into suggested_links (case_id, other_id) values (@p1, @p2), (@p2, @p1) on conflict do nothing", c.Id, other);

        if (earlier.Contains("patients"))
        {
            var named = await unit.Sql.ScalarAsync<int>("delete from early_patients where case_id = @p1 returning named", c.Id);
            var @case = (await unit.FindCaseAsync(c.Id))!;
            if (@case.AddPatients(named, @case.ReporterOrganization, now) is { } added) await unit.RecordAsync(@case, added, texts);
        }
        // Merges that arrived before this case, as the main case or as the duplicate.
        if (earlier.Contains("merge"))
        {
            var @case = (await unit.FindCaseAsync(c.Id))!;
            foreach (var duplicate in await unit.Db.CaseDuplicates.Where(d => d.MainCase == c.Id).OrderBy(d => d.At).ToListAsync())
                await unit.RecordAsync(@case, @case.AddDuplicate(duplicate.Reference, duplicate.Actor, now), texts);
            if (await unit.Db.CaseDuplicates.FirstOrDefaultAsync(d => d.Id == c.Id) is { } own)
                await unit.RecordAsync(@case, @case.Merge(own.MainCase, own.Comment, now, own.Actor), texts);
        }
        if (!earlier.Contains("withdrawal")) return;
        foreach (var (organization, reason) in await unit.Sql.QueryAsync("delete from early_withdrawals where case_id = @p1 returning organization, reason",
            r => (r.GetString(0), r.GetString(1)), c.Id))
        {
            var @case = (await unit.FindCaseAsync(c.Id))!;
            await unit.RecordAsync(@case, @case.Withdraw(organization, texts.Reveal(new ProtectedText(reason)), now), texts);
        }
    }
}
