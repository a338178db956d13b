using Avvik.AccessLog;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Hosting.FreeTexts;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Json;
using Avvik.Hosting.Problems;
using Avvik.Messaging.Outbox;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Reporting.Deviations;
using Avvik.Reporting.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Reporting.WriteMessage;

internal static class WriteMessageEndpoints
{
    // Characters; a key is a UUID or the like (draft-ietf-httpapi-idempotency-key-header).
    private const int MaxKeyLength = 100;

    public static RouteGroupBuilder MapWriteMessage(this RouteGroupBuilder deviations)
    {
        deviations.MapPost("/{id:guid}/messages", WriteAsync).WithName("WriteMessage")
            .WithSummary("Answer a question, add something, accept the answer, or ask for a closed case to be reopened; written once for each Idempotency-Key")
            .Accepts<ReporterMessage>("application/json").ProducesProblem(404).ProducesProblem(409).ProducesProblem(422);
        return deviations;
    }

    private static async Task<Results<Ok<Deviation>, Problem>> WriteAsync(Guid id, HttpContext http, Caller caller, Writer<ReportingDbContext> writer,
        ReportingDbContext db, TextProtector texts, AccessJournal<ReportingDbContext> journal, DeviationAccess access, TimeProvider clock,
        CancellationToken ct)
    {
        var (body, problem) = await StrictJson.ReadAsync<ReporterMessage>(http.Request, ClientJson.Default, (b, errors) =>
        {
            if (b.Text is null) errors.Add("/text", FieldCodes.Required);
            else FreeText.Check(b.Text, "/text", FreeText.MaxLength, errors);
        });
        if (body is null) return problem!;
        var key = http.Request.Headers["Idempotency-Key"].ToString();
        if (key.Length > MaxKeyLength || key.Any(c => c is < '!' or > '~'))
            return new Problem(StatusCodes.Status400BadRequest, ProblemCodes.InvalidIdempotencyKey);
        // A caller without a key gets one: a retry after a commit whose reply was lost then finds that the message is written.
        if (key.Length == 0) key = Guid.CreateVersion7().ToString("N");
        else key = $"{caller.Subject}:{key}";
        var now = clock.GetUtcNow();
        var refusal = await writer.WriteAsync(async unit =>
        {
            await unit.SerializeAsync(id);
            var found = await unit.Sql.QueryAsync($"select {DeviationAccess.Columns}, status from deviations where id = @p1",
                r => (Reported: DeviationAccess.Read(r), Status: r.GetString(3)), id);
            if (found is not [var (reported, status)] || !access.IsVisibleTo(reported, caller, status)) return Problem.NotFound();
            const string Written = "select text from reporter_messages where deviation_id = @p1 and idempotency_key = @p2";
            // Without what was struck before, also when it is written again.
            var left = texts.Strike(body.Text!, await unit.PassagesAsync(id));
            if (await unit.Sql.ScalarAsync<string>(Written, id, key) is { } written)
                return texts.ShowStored(written) == left ? null : Problem.Conflict(ProblemCodes.IdempotencyKeyReused);
            // A closed case can be reopened, and what a duplicate's reporter writes goes to the main case.
            if (CaseStates.IsFinal(status) && status is not (CaseStates.Closed or CaseStates.Duplicate)) return Problem.Conflict(ProblemCodes.AlreadyDecided);
            if (body.AsksReopening is true && status != CaseStates.Closed) return Problem.Conflict(ProblemCodes.ActionNotAllowed);
            if (body.AcceptsAnswer is true && status != CaseStates.Answered) return Problem.Conflict(ProblemCodes.ActionNotAllowed);
            if (body.AcceptsAnswer is not true && await RepeatsAsync(unit, id, caller.Subject, left, texts)) return null;
            // One follow-up to an answer; after that the reporter's party can dispute it.
            if (status == CaseStates.Answered && body.AcceptsAnswer is not true
                && await unit.Sql.ExecuteAsync("update deviations set follow_ups = 1 where id = @p1 and follow_ups = 0", id) == 0)
                return Problem.Conflict(ProblemCodes.FollowUpUsed);
            var text = texts.Protect(left);
            var number = await unit.Sql.ScalarAsync<int>("update deviations set messages = messages + 1 where id = @p1 returning messages", id);
            await unit.Sql.ExecuteAsync(
                "insert into reporter_messages (deviation_id, number, at, text, subject, idempotency_key) values (@p1, @p2, @p3, @p4, @p5, @p6)",
                id, number, now.ToUnixTimeMilliseconds(), text.Value, caller.Subject, key);
            await unit.EnqueueAsync(new ReporterAnswered
            {
                DeviationId = id,
                Version = number,
                OccurredAt = now,
                Organization = caller.Organization,
                AsksReopening = body.AsksReopening is true,
                AcceptsAnswer = body.AcceptsAnswer is true,
                Text = text,
            });
            journal.Append(unit, caller, AccessActions.MessageWritten, [id]);
            return null;
        }, ct);
        if (refusal is not null) return refusal;
        return TypedResults.Ok((await DeviationViews.ViewAsync(await db.Deviations.Where(d => d.Id == id).ToListAsync(ct), caller, db, texts, journal, ct))[0]);
    }

    /// <summary>
    /// The same words by the same person as the message before, while nobody else has done anything: a button that was pressed again, or a client that sends
    /// again without a key. It is answered as the first was, and not stored again.
    /// </summary>
    private static async Task<bool> RepeatsAsync(UnitOfWork<ReportingDbContext> unit, Guid id, string subject, string text, TextProtector texts)
    {
        var last = await unit.Sql.QueryAsync("select at, text, subject from reporter_messages where deviation_id = @p1 order by number desc limit 1",
            r => (At: r.GetInt64(0), Text: r.GetString(1), Subject: r.IsDBNull(2) ? null : r.GetString(2)), id);
        return last is [var (at, written, by)] && by == subject && texts.ShowStored(written) == text && await unit.Sql.ScalarAsync<int>(
            """
            select 1 from timeline where deviation_id = @p1 and at > @p2
              and event not in ('reporterMessage', 'reporterAnswered', 'followedUp', 'reopeningAsked') limit 1
            """, id, at) == 0;
    }
}
