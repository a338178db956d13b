using Avvik.AccessLog;
using Avvik.CareDirectories;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Calendar;
using Avvik.Hosting.Callers;
using Avvik.IdentityDetection;
using Avvik.Hosting.Lists;
using Avvik.Hosting.Problems;
using Avvik.TextProtection;
using Avvik.Triage.Assessments;
using Avvik.Triage.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Triage.TriageQueue;

internal static class TriageQueueEndpoints
{
    public static RouteGroupBuilder MapTriageQueue(this RouteGroupBuilder triage)
    {
        triage.MapGet("", ListAsync).WithName("ListTriage")
            .WithSummary("What waits for a coordinator of the respondent's party, oldest first").ProducesProblem(422);
        return triage;
    }

    private static async Task<Results<Ok<Page<TriageItem>>, Problem>> ListAsync(string? community, string? cursor, int? limit, HttpContext http, Caller caller,
        TriageDbContext db, TextProtector texts, AccessJournal<TriageDbContext> journal, CurrentDirectory directory, TimeProvider clock, CancellationToken ct)
    {
        var errors = new FieldErrors();
        if (community is not null && HealthCommunities.Community(community) is null) errors.Add("/community", FieldCodes.UnknownCode);
        var (after, take) = (Cursor.Read(cursor, errors), Cursor.Limit(limit, errors));
        if (errors.Any) return Problem.Invalid(errors);

        var (own, without) = (caller.Organization, directory.Now.WithoutAvvikOn(NorwegianCalendar.DayOf(clock.GetUtcNow())));
        var query = without.Length == 0 ? db.Assessments.Where(a => a.RespondentOrganization == own && a.Open)
            : db.Assessments.Where(a => a.Open
                && (a.RespondentOrganization == own || (a.ReporterOrganization == own && without.Contains(a.RespondentOrganization))));
        if (community is not null) query = query.Where(a => a.Community == community);
        if (after is { } position)
        {
            var (at, id) = (DateTimeOffset.FromUnixTimeMilliseconds(position.SortKey), position.Id);
            query = query.Where(a => a.ReceivedAt > at || (a.ReceivedAt == at && a.Id.CompareTo(id) > 0));
        }
        var rows = await query.OrderBy(a => a.ReceivedAt).ThenBy(a => a.Id).Take(take + 1).ToListAsync(ct);
        var next = rows.Count > take ? Cursor.Of(rows[take - 1].ReceivedAt.ToUnixTimeMilliseconds(), rows[take - 1].Id) : null;
        var ids = rows.Select(a => a.Id).ToList();
        var answers = (await db.ReporterMessages.Where(m => ids.Contains(m.DeviationId)).OrderBy(m => m.Number).ToListAsync(ct))
            .ToLookup(m => m.DeviationId, m => texts.Show(m.Text));
        await journal.ReadAsync(caller, AccessActions.TriageRead, [.. ids.Take(take)], ct);
        return TypedResults.Ok(new Page<TriageItem>([.. rows.Take(take)
            .Select(a => View(a, [.. answers[a.Id]], texts, Problem.PrefersEnglish(http.Request), clock.GetUtcNow()))], next));
    }

    private static TriageItem View(Assessment a, IReadOnlyList<string> answers, TextProtector texts, bool english, DateTimeOffset now)
    {
        var facts = a.Facts;
        var (narrative, immediateAction, suggestedMeasure) = (texts.Show(a.Narrative), Reveal(a.ImmediateAction), Reveal(a.SuggestedMeasure));
        string? Reveal(string? text) => text is null ? null : texts.Show(text);
        TriageFlag Flag(string code) => new(code, Texts.Flag(code, english),
            code == TriageFlags.PossibleDuplicate ? a.SimilarIds : null,
            code == TriageFlags.PossibleIdentity ? [.. IdentityWarning.In(narrative, immediateAction, suggestedMeasure,
                Reveal(a.MessageId), Reveal(a.ReporterProfession), Reveal(a.UnknownSite))
                .Select(w => w.Told(english))] : null);
        return new TriageItem
        {
            Id = a.Id,
            Reference = facts.Reference,
            State = a.State,
            ReceivedAt = a.ReceivedAt,
            Community = a.Community,
            Direction = facts.Direction,
            ReporterOrganization = facts.ReporterOrganization,
            RespondentOrganization = a.RespondentOrganization,
            Kind = facts.Kind,
            OccurredOn = facts.OccurredOn,
            Agreement = AgreementReference.Of(facts),
            Site = facts.RespondentSite,
            UnknownSite = Reveal(a.UnknownSite),
            PatientsAffected = facts.AffectedPatients,
            Category = facts.Category,
            ActualHarm = facts.ActualHarm,
            Narrative = narrative,
            ImmediateAction = immediateAction,
            SuggestedMeasure = suggestedMeasure,
            Suggestions = a.Suggestions,
            Flags = [.. a.Flags.Select(Flag)],
            DueAt = a.DueAt,
            Overdue = a.State == CaseStates.Triage && a.DueAt <= now,
            Question = a.State == CaseStates.AwaitingReporter ? Reveal(a.Question) : null,
            Answers = answers,
            ReopenedBecause = Reveal(a.ReopenedBecause),
        };
    }
}
