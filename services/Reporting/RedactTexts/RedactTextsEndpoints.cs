using Avvik.AccessLog;
using Avvik.CareDirectories;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Hosting;
using Avvik.Hosting.Callers;
using Avvik.Hosting.FreeTexts;
using Avvik.Hosting.Json;
using Avvik.Hosting.Lists;
using Avvik.Hosting.Problems;
using Avvik.Messaging.Outbox;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Reporting.Deviations;
using Avvik.Reporting.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Reporting.RedactTexts;

/// <summary>Strikes what should never have been written, here and in every service that has a copy, and lists what was struck.</summary>
internal static class RedactTextsEndpoints
{
    // Characters: the longest text there is.
    private const int MaxPassage = 8000;

    public static RouteGroupBuilder MapRedactText(this RouteGroupBuilder deviations)
    {
        deviations.MapPost("/{id:guid}/redactions", RedactAsync).RequireAuthorization(Policies.Coordinator).WithName("RedactText")
            .WithSummary("Strikes a passage from every text of a deviation, its case and its lesson; a coordinator of either party")
            .Accepts<RedactText>("application/json").ProducesProblem(404).ProducesProblem(422);
        return deviations;
    }

    public static RouteGroupBuilder MapRedactions(this RouteGroupBuilder redactions)
    {
        redactions.MapGet("", ListAsync).WithName("ListRedactions")
            .WithSummary("What was struck from texts of the own party's deviations, newest first: backups from before still hold it").ProducesProblem(422);
        return redactions;
    }

    /// <summary>Publishes every redaction again: what to do when another service's database has been restored from a backup.</summary>
    public static RouteGroupBuilder MapRepublishRedactions(this RouteGroupBuilder operations)
    {
        operations.MapPost("/redactions/republish", async (Writer<ReportingDbContext> writer, CancellationToken ct) =>
        {
            await writer.WriteAsync(async unit =>
            {
                foreach (var redaction in await unit.Db.Set<Redaction>().OrderBy(r => r.At).ToListAsync(CancellationToken.None))
                    await unit.EnqueueAsync(EventOf(redaction));
                return true;
            }, ct);
            return TypedResults.NoContent();
        }).WithName("RepublishRedactions").WithSummary("Publish every redaction again, after another service's database was restored");
        return operations;
    }

    private static async Task<Results<Ok<TextRedaction>, Problem>> RedactAsync(Guid id, HttpContext http, Caller caller, Writer<ReportingDbContext> writer,
        TextProtector texts, AccessJournal<ReportingDbContext> journal, CurrentDirectory directory, TimeProvider clock, CancellationToken ct)
    {
        var (body, problem) = await StrictJson.ReadAsync<RedactText>(http.Request, ClientJson.Default, (b, errors) =>
        {
            if (b.Passage is null) errors.Add("/passage", FieldCodes.Required);
            else if (b.Passage.Length > MaxPassage) errors.Add("/passage", FieldCodes.TooLong, MaxPassage);
            else if (texts.PassageOf(b.Passage) is null) errors.Add("/passage", FieldCodes.Blank);
            FreeText.CheckOptional(b.Reason, "/reason", FreeText.MaxLength, errors, required: true);
        });
        if (body is null) return problem!;
        var passage = texts.PassageOf(body.Passage!)!;
        var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
        var done = await writer.WriteAsync<TextRedaction?>(async unit =>
        {
            await unit.SerializeAsync(id);
            var found = await unit.Sql.QueryAsync("select reference, reporter_organization, respondent_organization from deviations where id = @p1",
                r => (Reference: r.GetString(0), Parties: new[] { r.GetString(1), r.GetString(2) }), id);
            if (found is not [var (reference, parties)]
                || !directory.Now.NumbersOf(caller.Organization).Intersect(parties, StringComparer.Ordinal).Any()) return null;
            var earlier = await unit.Db.Set<Redaction>().Where(r => r.DeviationId == id).ToListAsync(CancellationToken.None);
            // Struck already: a repeat whose reply was lost. Texts that have come since are struck when they come.
            if (earlier.Find(r => r.Words == passage.Words && r.Print == passage.Print) is { } same) return View(same, reference, caller, texts);
            var redaction = new Redaction
            {
                DeviationId = id,
                Number = earlier.Count + 1,
                At = now,
                Organization = caller.Organization,
                Subject = caller.Subject,
                // The reason would otherwise say what it is that nobody is to read.
                Reason = texts.Protect(texts.Strike(body.Reason!, [passage])).Value,
                Words = passage.Words,
                Print = passage.Print,
            };
            unit.Db.Add(redaction);
            await StrikeAsync(unit, id, texts, passage);
            await unit.EnqueueAsync(EventOf(redaction));
            journal.Append(unit, caller, AccessActions.TextRedacted, [id]);
            return View(redaction, reference, caller, texts);
        }, ct);
        return done is null ? Problem.NotFound() : TypedResults.Ok(done);
    }

    private static async Task StrikeAsync(UnitOfWork<ReportingDbContext> unit, Guid id, TextProtector texts, Passage passage)
    {
        var stored = await unit.Sql.ScalarAsync<string>("select submission from deviations where id = @p1", id);
        var sent = DeviationRecord.Open(stored!, texts);
        string? Strike(string? text) => texts.StrikeOptional(text, [passage]);
        var left = sent with
        {
            ClientReference = Strike(sent.ClientReference),
            Narrative = Strike(sent.Narrative),
            ImmediateAction = Strike(sent.ImmediateAction),
            SuggestedMeasure = Strike(sent.SuggestedMeasure),
            MessageId = Strike(sent.MessageId),
            Respondent = sent.Respondent is { } respondent ? respondent with { Site = Strike(respondent.Site) } : null,
            Reporter = sent.Reporter is { } reporter ? reporter with { Name = Strike(reporter.Name), Profession = Strike(reporter.Profession) } : null,
        };
        // The client's reference stays unique among the client's; what is sent again under the struck one is a new deviation.
        await unit.Sql.ExecuteAsync("update deviations set submission = @p2, client_reference = @p3 where id = @p1", id,
            DeviationRecord.Seal(left, texts),
            left.ClientReference == sent.ClientReference ? sent.ClientReference : $"{left.ClientReference} {id:N}");
        foreach (var (number, text) in await unit.Sql.QueryAsync("select number, text from reporter_messages where deviation_id = @p1",
            r => (r.GetInt32(0), r.GetString(1)), id))
            await unit.Sql.ExecuteAsync("update reporter_messages set text = @p3 where deviation_id = @p1 and number = @p2", id, number,
                texts.Protect(Strike(texts.RevealStored(text))!).Value);
        foreach (var (version, text) in await unit.Sql.QueryAsync("select version, text from timeline where deviation_id = @p1 and text is not null",
            r => (r.GetInt32(0), r.GetString(1)), id))
            await unit.Sql.ExecuteAsync("update timeline set text = @p3 where deviation_id = @p1 and version = @p2", id, version,
                texts.StrikeSealed(text, [passage]));
    }

    private static TextRedacted EventOf(Redaction redaction) => new()
    {
        DeviationId = redaction.DeviationId,
        Version = redaction.Number,
        OccurredAt = redaction.At,
        Organization = redaction.Organization,
        Words = redaction.Words,
        Print = redaction.Print,
        Reason = new(redaction.Reason!),
    };

    private static TextRedaction View(Redaction r, string reference, Caller caller, TextProtector texts) =>
        new(r.DeviationId, reference, r.Number, r.At, r.Organization, r.Organization == caller.Organization ? r.Subject : null, texts.Show(r.Reason!), r.Words);

    private static async Task<Results<Ok<Page<TextRedaction>>, Problem>> ListAsync(string? cursor, int? limit, Caller caller, ReportingDbContext db,
        TextProtector texts, CurrentDirectory directory, CancellationToken ct)
    {
        var (errors, numbers) = (new FieldErrors(), directory.Now.NumbersOf(caller.Organization));
        var (after, take) = (Cursor.Read(cursor, errors), Cursor.Limit(limit, errors));
        if (errors.Any) return Problem.Invalid(errors);
        var rows = db.Set<Redaction>().Join(db.Deviations, r => r.DeviationId, d => d.Id, (r, d) => new { Redaction = r, Deviation = d })
            .Where(x => numbers.Contains(x.Deviation.ReporterOrganization) || numbers.Contains(x.Deviation.RespondentOrganization));
        if (after is { } position)
        {
            var (at, id) = (DateTimeOffset.FromUnixTimeMilliseconds(position.SortKey), position.Id);
            rows = rows.Where(x => x.Redaction.At < at || (x.Redaction.At == at && x.Redaction.DeviationId.CompareTo(id) < 0));
        }
        var found = await rows.OrderByDescending(x => x.Redaction.At).ThenByDescending(x => x.Redaction.DeviationId).Take(take + 1)
            .Select(x => new { x.Redaction, x.Deviation.Reference }).ToListAsync(ct);
        var next = found.Count > take ? Cursor.Of(found[take - 1].Redaction.At.ToUnixTimeMilliseconds(), found[take - 1].Redaction.DeviationId) : null;
        return TypedResults.Ok(new Page<TextRedaction>([.. found.Take(take).Select(x => View(x.Redaction, x.Reference, caller, texts))], next));
    }
}
