using System.Buffers;
using System.Globalization;
using System.Linq.Expressions;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Calendar;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Lists;
using Avvik.Hosting.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Avvik.AccessLog;

/// <summary>Search, export and verification of the log for auditors, who see the lines of their own organisation.</summary>
public static class AccessLogEndpoints
{
    // One of each other service, and some that the caller has kept.
    private const int MaxHeads = 20;
    private const string FhirJson = "application/fhir+json", NdJson = "application/x-ndjson";

    /// <summary>Maps the search and the verification; the caller must require the auditor's role on the group.</summary>
    /// <param name="log">The group.</param>
    /// <param name="service">Whose log it is.</param>
    /// <param name="sharedWith">
    /// The deviations that an organisation is a party of, in a service that has patients' envelopes: its auditors see who of the other party opened one, or
    /// tried to.
    /// </param>
    public static RouteGroupBuilder MapAccessLog<TDb>(this RouteGroupBuilder log, string service,
        Func<TDb, string, IQueryable<Guid>>? sharedWith = null) where TDb : DbContext
    {
        log.MapGet("", (Guid? deviation, string? subject, string? from, string? to, string? cursor, int? limit, HttpContext http, Caller caller,
                IDbContextFactory<TDb> databases, CancellationToken ct) =>
                ListAsync(service, sharedWith, deviation is { } id ? [id] : null, subject, from, to, cursor, limit, http, caller, databases, ct))
            .WithName($"ListAccessLog{Named(service)}")
            .WithSummary("Who of the caller's organisation read or opened what, newest first; with Accept: application/fhir+json a Bundle of AuditEvent (R4)")
            .ProducesProblem(422);
        log.MapGet("/verification", (string[]? hash, HttpContext http, Caller caller, AccessJournal<TDb> journal, [FromServices] AnchorReader anchors,
                CancellationToken ct) => VerifyAsync(service, hash ?? [], http, caller, journal, anchors, ct))
            .WithName($"VerifyAccessLog{Named(service)}")
            .WithSummary("Whether the chain holds and agrees with its anchors, and where it is first broken; application/x-ndjson: with progress lines first");
        log.MapGet("/anchors", (IDbContextFactory<TDb> databases, CancellationToken ct) => AnchorsAsync(service, databases, ct))
            .WithName($"ListAccessLogAnchors{Named(service)}")
            .WithSummary("What this service has kept of the other services' logs: the newest head of each, and whether one contradicted an earlier one");
        return log;
    }

    private static async Task<Ok<IReadOnlyList<AccessLogAnchor>>> AnchorsAsync<TDb>(string service, IDbContextFactory<TDb> databases, CancellationToken ct)
        where TDb : DbContext
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var kept = db.Set<KeptAnchor>().Where(a => a.Service != service);
        var answer = new List<AccessLogAnchor>();
        foreach (var other in await kept.Select(a => a.Service).Distinct().OrderBy(s => s).ToListAsync(ct))
        {
            var of = kept.Where(a => a.Service == other);
            var newest = await of.OrderByDescending(a => a.Position).FirstAsync(ct);
            // Two lines at one position; or the one before is not as it was sent then.
            var contradicted = await of.Where(a => of.Any(b => b.Position == a.Position && b.Hash != a.Hash)
                || (of.Any(b => b.Position < a.Position) && !of.Any(b => b.Position == a.PreviousPosition && b.Hash == a.PreviousHash)))
                .OrderBy(a => a.Position).Select(a => (long?)a.Position).FirstOrDefaultAsync(ct);
            answer.Add(new(other, newest.Hash, newest.At, contradicted));
        }
        return TypedResults.Ok<IReadOnlyList<AccessLogAnchor>>(answer);
    }

    private static async Task<Results<Ok<AccessLogVerification>, PushStreamHttpResult, Problem>> VerifyAsync<TDb>(string service, string[] hashes,
        HttpContext http, Caller caller, AccessJournal<TDb> journal, AnchorReader reader, CancellationToken ct) where TDb : DbContext
    {
        var errors = new FieldErrors();
        var heads = new List<byte[]>();
        foreach (var hash in hashes)
        {
            var head = new byte[SHA256.HashSizeInBytes];
            if (hash.Length != 2 * head.Length || Convert.FromHexString(hash, head, out _, out _) != OperationStatus.Done)
                errors.Add("/hash", FieldCodes.InvalidAnchor);
            heads.Add(head);
        }
        if (heads.Count > MaxHeads) errors.Add("/hash", FieldCodes.TooMany, MaxHeads);
        if (errors.Any) return Problem.Invalid(errors);
        var kept = await reader.ReadAsync(ct);
        if (!http.Request.GetTypedHeaders().Accept.Any(a => a.MediaType == NdJson))
            return TypedResults.Ok(AnswerOf(service, kept.Count + heads.Count, await journal.VerifyAsync(caller.Organization, kept, heads, null, ct)));
        // A log of millions takes minutes: the caller sees the progress, and no proxy on the way gives up on a silent response.
        return TypedResults.Stream(async body =>
        {
            var answer = await journal.VerifyAsync(caller.Organization, kept, heads,
                hundredths => WriteLineAsync(body, new AccessLogProgress(hundredths, 100), ClientJson.Default.AccessLogProgress, ct), ct);
            await WriteLineAsync(body, AnswerOf(service, kept.Count + heads.Count, answer), ClientJson.Default.AccessLogVerification, ct);
        }, NdJson);
    }

    private static AccessLogVerification AnswerOf(string service, int anchors,
        (bool Intact, long Entries, long? FirstBroken, byte[] Head) answer) =>
        new(service, answer.Intact, answer.Entries, answer.FirstBroken, Convert.ToHexStringLower(answer.Head), anchors);

    private static async Task WriteLineAsync<T>(Stream body, T line, JsonTypeInfo<T> type, CancellationToken ct)
    {
        await body.WriteAsync((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(line, type), (byte)'\n'], ct);
        await body.FlushAsync(ct);
    }

    /// <summary>The same query, from where the page ended.</summary>
    private static QueryString NextPage(IQueryCollection asked, string cursor, int limit) =>
        QueryString.Create(asked.Where(q => q.Key is not ("cursor" or "limit"))).Add("cursor", cursor)
            .Add("limit", limit.ToString(CultureInfo.InvariantCulture));

    private static string Named(string service) => char.ToUpperInvariant(service[0]) + service[1..];

    /// <summary>The lines of some deviations that the caller's organisation may see, as the search gives them.</summary>
    /// <param name="service">Whose log it is.</param>
    /// <param name="sharedWith">As in <see cref="MapAccessLog"/>.</param>
    /// <param name="deviations">The deviations.</param>
    /// <param name="without">Lines of them that are about somebody else.</param>
    /// <param name="cursor">Of the page before.</param>
    /// <param name="limit">Lines in a page.</param>
    /// <param name="http">The request.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="databases">Where the log is.</param>
    /// <param name="ct">Cancels.</param>
    public static Task<Results<Ok<Page<AccessLogEntry>>, ContentHttpResult, Problem>> ListOfAsync<TDb>(string service,
        Func<TDb, string, IQueryable<Guid>> sharedWith, IReadOnlyCollection<Guid> deviations, Expression<Func<AccessEntry, bool>> without,
        string? cursor, int? limit, HttpContext http, Caller caller, IDbContextFactory<TDb> databases, CancellationToken ct) where TDb : DbContext =>
        ListAsync(service, sharedWith, deviations, null, null, null, cursor, limit, http, caller, databases, ct, without);

    private static async Task<Results<Ok<Page<AccessLogEntry>>, ContentHttpResult, Problem>> ListAsync<TDb>(string service,
        Func<TDb, string, IQueryable<Guid>>? sharedWith, IReadOnlyCollection<Guid>? deviations, string? subject, string? from, string? to, string? cursor,
        int? limit, HttpContext http, Caller caller, IDbContextFactory<TDb> databases, CancellationToken ct,
        Expression<Func<AccessEntry, bool>>? without = null) where TDb : DbContext
    {
        var errors = new FieldErrors();
        var (first, last) = (LocalDay.Read(from, "/from", errors), LocalDay.Read(to, "/to", errors));
        var cursors = http.RequestServices.GetRequiredService<ServiceKeys>().Cursors;
        var (after, take) = (cursors.Read(cursor, caller.Organization, errors), Cursor.Limit(limit, errors));
        if (errors.Any) return Problem.Invalid(errors);

        await using var db = await databases.CreateDbContextAsync(ct);
        var asked = db.Set<AccessEntry>().AsQueryable();
        if (deviations is not null)
            asked = asked.Where(e => db.Set<AccessedDeviation>().Any(d => deviations.Contains(d.DeviationId) && d.Position == e.Position));
        if (without is not null)
            asked = asked.Where(Expression.Lambda<Func<AccessEntry, bool>>(Expression.Not(without.Body), without.Parameters));
        if (subject is not null) asked = asked.Where(e => e.Subject == subject);
        if (first is { } start && NorwegianCalendar.StartOf(start) is var since) asked = asked.Where(e => e.At >= since);
        if (last is { } end && NorwegianCalendar.StartOf(end.AddDays(1)) is var until) asked = asked.Where(e => e.At < until);
        if (after is { } position) asked = asked.Where(e => e.Position < position);
        var rows = await PageAsync(asked.Where(e => e.Organization == caller.Organization));
        if (sharedWith?.Invoke(db, caller.Organization) is { } shared)
        {
            // Each from an index of its own, then merged.
            var others = await PageAsync(asked.Where(e => e.Organization != caller.Organization
                && (e.Action == AccessActions.EnvelopeOpened || e.Action == AccessActions.EnvelopeRefused
                    || e.Action == AccessActions.AttachmentsListed || e.Action == AccessActions.AttachmentOpened)
                && db.Set<AccessedDeviation>().Any(d => d.Position == e.Position && shared.Contains(d.DeviationId))));
            rows = [.. rows.Concat(others).OrderByDescending(e => e.Position).Take(take + 1)];
        }
        var next = rows.Count > take ? cursors.Of(rows[take - 1].Position, caller.Organization) : null;
        rows = rows[..Math.Min(take, rows.Count)];
        if (http.Request.GetTypedHeaders().Accept.Any(a => a.MediaType == FhirJson))
        {
            var url = next is null ? null : http.Request.Path + NextPage(http.Request.Query, next, take);
            return TypedResults.Text(AuditEvents.Bundle(service, rows, url).ToJsonString(), FhirJson);
        }
        return TypedResults.Ok(new Page<AccessLogEntry>([.. rows.Select(e => new AccessLogEntry
        {
            Id = e.Id,
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
        })], next));

        Task<List<AccessEntry>> PageAsync(IQueryable<AccessEntry> of) => of.OrderByDescending(e => e.Position).Take(take + 1).ToListAsync(ct);
    }
}
