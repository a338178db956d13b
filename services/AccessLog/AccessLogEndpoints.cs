using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Avvik.Client;
using Avvik.Hosting.Calendar;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Lists;
using Avvik.Hosting.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Avvik.AccessLog;

/// <summary>What an auditor searches, exports and verifies: the lines of the own organisation's people and machines.</summary>
public static class AccessLogEndpoints
{
    private const string FhirJson = "application/fhir+json", NdJson = "application/x-ndjson";

    /// <summary>Maps the search and the verification; the caller must require the auditor's role on the group.</summary>
    public static RouteGroupBuilder MapAccessLog<TDb>(this RouteGroupBuilder log, string service) where TDb : DbContext
    {
        log.MapGet("", (Guid? deviation, string? subject, string? from, string? to, string? cursor, int? limit, HttpContext http, Caller caller, IDbContextFactory<TDb> databases, CancellationToken ct) =>
                ListAsync(service, deviation, subject, from, to, cursor, limit, http, caller, databases, ct))
            .WithName($"ListAccessLog{Named(service)}").WithSummary("Who of the caller's organisation read or opened what, newest first; with Accept: application/fhir+json as a Bundle of AuditEvent (R4)")
            .Produces<Page<AccessLogEntry>>().ProducesProblem(422);
        log.MapGet("/verification", (HttpContext http, AccessJournal<TDb> journal, CancellationToken ct) => VerifyAsync(service, http, journal, ct))
            .WithName($"VerifyAccessLog{Named(service)}")
            .WithSummary("Whether the chain holds, and where it is first broken; with Accept: application/x-ndjson progress lines come before the answer")
            .Produces<AccessLogVerification>();
        return log;
    }

    private static async Task<IResult> VerifyAsync<TDb>(string service, HttpContext http, AccessJournal<TDb> journal, CancellationToken ct) where TDb : DbContext
    {
        if (!http.Request.GetTypedHeaders().Accept.Any(a => a.MediaType == NdJson))
            return Results.Json(AnswerOf(service, await journal.VerifyAsync(null, ct)), ClientJson.Default.AccessLogVerification);
        // A log of millions takes minutes: whoever waits sees how far it has come, and no proxy on the way gives up on a silent response.
        return Results.Stream(async body =>
        {
            var answer = await journal.VerifyAsync((entries, of) => WriteLineAsync(body, new AccessLogProgress(entries, of), ClientJson.Default.AccessLogProgress, ct), ct);
            await WriteLineAsync(body, AnswerOf(service, answer), ClientJson.Default.AccessLogVerification, ct);
        }, NdJson);
    }

    private static AccessLogVerification AnswerOf(string service, (long Entries, long? FirstBroken, byte[] Head) answer) =>
        new(service, answer.FirstBroken is null, answer.Entries, answer.FirstBroken, Convert.ToHexStringLower(answer.Head));

    private static async Task WriteLineAsync<T>(Stream body, T line, JsonTypeInfo<T> type, CancellationToken ct)
    {
        await body.WriteAsync((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(line, type), (byte)'\n'], ct);
        await body.FlushAsync(ct);
    }

    /// <summary>The same question, from where the page ended.</summary>
    private static QueryString NextPage(IQueryCollection asked, string cursor, int limit) =>
        QueryString.Create(asked.Where(q => q.Key is not ("cursor" or "limit"))).Add("cursor", cursor).Add("limit", limit.ToString(CultureInfo.InvariantCulture));

    private static string Named(string service) => char.ToUpperInvariant(service[0]) + service[1..];

    private static async Task<IResult> ListAsync<TDb>(string service, Guid? deviation, string? subject, string? from, string? to, string? cursor, int? limit, HttpContext http, Caller caller, IDbContextFactory<TDb> databases, CancellationToken ct) where TDb : DbContext
    {
        var errors = new FieldErrors();
        var (first, last) = (LocalDay.Read(from, "/from", errors), LocalDay.Read(to, "/to", errors));
        var (after, take) = (Cursor.Read(cursor, errors), Cursor.Limit(limit, errors));
        if (errors.Any) return Problem.Invalid(errors);

        await using var db = await databases.CreateDbContextAsync(ct);
        var query = db.Set<AccessEntry>().Where(e => e.Organization == caller.Organization);
        if (deviation is not null) query = query.Where(e => db.Set<AccessedDeviation>().Any(d => d.DeviationId == deviation && d.Position == e.Position));
        if (subject is not null) query = query.Where(e => e.Subject == subject);
        if (first is { } start && NorwegianCalendar.StartOf(start) is var since) query = query.Where(e => e.At >= since);
        if (last is { } end && NorwegianCalendar.StartOf(end.AddDays(1)) is var until) query = query.Where(e => e.At < until);
        if (after is { } position) query = query.Where(e => e.Position < position.SortKey);
        var rows = await query.OrderByDescending(e => e.Position).Take(take + 1).ToListAsync(ct);
        var next = rows.Count > take ? Cursor.Of(rows[take - 1].Position, Guid.Empty) : null;
        rows = rows[..Math.Min(take, rows.Count)];
        if (http.Request.GetTypedHeaders().Accept.Any(a => a.MediaType == FhirJson))
            return Results.Text(AuditEvents.Bundle(service, rows, next is null ? null : http.Request.Path + NextPage(http.Request.Query, next, take)).ToJsonString(), FhirJson);
        return Results.Json(new Page<AccessLogEntry>([.. rows.Select(e => new AccessLogEntry
        {
            Position = e.Position,
            At = e.At,
            Subject = e.Subject,
            ClientId = e.ClientId,
            Roles = e.Roles.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            Organization = e.Organization,
            Unit = e.Unit,
            Action = e.Action,
            Deviations = [.. e.DeviationIds],
            Target = e.Target,
            Purpose = e.Purpose,
        })], next), ClientJson.Default.PageAccessLogEntry);
    }
}
