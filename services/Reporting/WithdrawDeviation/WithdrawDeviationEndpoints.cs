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

namespace Avvik.Reporting.WithdrawDeviation;

internal static class WithdrawDeviationEndpoints
{
    public static RouteGroupBuilder MapWithdrawDeviation(this RouteGroupBuilder deviations)
    {
        deviations.MapPost("/{id:guid}/withdraw", WithdrawAsync).WithName("WithdrawDeviation")
            .WithSummary("Withdraw a deviation, until somebody has answered it")
            .Accepts<Client.WithdrawDeviation>("application/json").ProducesProblem(404).ProducesProblem(409).ProducesProblem(422);
        return deviations;
    }

    private static async Task<Results<Ok<Deviation>, Problem>> WithdrawAsync(Guid id, HttpContext http, Caller caller, Writer<ReportingDbContext> writer,
        ReportingDbContext db, TextProtector texts, AccessJournal<ReportingDbContext> journal, DeviationAccess access, TimeProvider clock,
        CancellationToken ct)
    {
        var (body, problem) = await StrictJson.ReadAsync<Client.WithdrawDeviation>(http.Request, ClientJson.Default, (b, errors) =>
        {
            if (b.Reason is null) errors.Add("/reason", FieldCodes.Required);
            else FreeText.Check(b.Reason, "/reason", FreeText.MaxLength, errors);
        });
        if (body is null) return problem!;
        var now = clock.GetUtcNow();
        var tried = false;
        var refusal = await writer.WriteAsync(async unit =>
        {
            await unit.SerializeAsync(id);
            var found = await unit.Sql.QueryAsync($"select {DeviationAccess.Columns}, status, withdrawn_by, answered_at from deviations where id = @p1",
                r => (Reported: DeviationAccess.Read(r), Status: r.GetString(3), WithdrawnBy: r.IsDBNull(4) ? null : r.GetString(4),
                    WasAnswered: !r.IsDBNull(5)), id);
            if (found is not [var (reported, status, withdrawnBy, wasAnswered)] || !access.IsVisibleTo(reported, caller, status)) return Problem.NotFound();
            // A retry after a commit whose reply was lost: it is done.
            if (tried && status == CaseStates.Withdrawn && withdrawnBy == caller.Subject) return null;
            if (CaseStates.IsFinal(status)) return Problem.Conflict(ProblemCodes.AlreadyDecided);
            // The answer has taken somebody's work, and both parties learn from it.
            if (wasAnswered) return Problem.Conflict(ProblemCodes.AlreadyAnswered);
            tried = true;
            // Final here at once. The service that has the deviation is notified, and ends it with its own next version.
            await unit.Sql.ExecuteAsync("update deviations set status = 'withdrawn', withdrawn_by = @p2 where id = @p1", id, caller.Subject);
            await unit.EnqueueAsync(new DeviationWithdrawn
            {
                DeviationId = id,
                Version = 1,
                OccurredAt = now,
                Organization = caller.Organization,
                // Without what was struck before, also when it is written again.
                Reason = texts.Protect(texts.Strike(body.Reason!, await unit.PassagesAsync(id))),
            });
            journal.Append(unit, caller, AccessActions.DeviationWithdrawn, [id]);
            return null;
        }, ct);
        if (refusal is not null) return refusal;
        return TypedResults.Ok((await DeviationViews.ViewAsync(await db.Deviations.Where(d => d.Id == id).ToListAsync(ct), caller, db, texts, journal, ct))[0]);
    }
}
