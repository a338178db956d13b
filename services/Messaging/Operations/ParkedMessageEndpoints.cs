using System.Buffers.Text;
using System.Globalization;
using System.Security.Claims;
using System.Text;
using Avvik.Contracts;
using Avvik.IdentityDetection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Messaging.Operations;

/// <summary>Why an operator requeues or discards a message.</summary>
/// <param name="Reason">Kept with the message; free of identities.</param>
public sealed record ResolveParkedMessage(string Reason);

/// <summary>Which messages an operator requeues or discards, and why. At least one of the others is named.</summary>
/// <param name="Reason">Kept with each message; free of identities.</param>
/// <param name="Source">As in <see cref="ParkedMessageRow.Source"/>.</param>
/// <param name="Type">As in <see cref="ParkedMessageRow.Type"/>: an event's wire name, or a queue.</param>
/// <param name="Error">As in <see cref="ParkedMessageRow.Error"/>.</param>
/// <param name="From">Parked at or after this moment.</param>
/// <param name="To">Parked before this moment.</param>
public sealed record ResolveParkedMessages(string Reason, string? Source = null, string? Type = null, string? Error = null, DateTimeOffset? From = null,
    DateTimeOffset? To = null);

/// <summary>The operator's view of a service; the group must require the administrator's role.</summary>
public static class ParkedMessageEndpoints
{
    private const int DefaultLimit = 50, MaxLimit = 200, MaxReason = 4000;

    /// <summary>
    /// Maps <c>GET parked</c>, <c>POST parked/{id}/requeue</c> and <c>/discard</c>, and <c>POST parked/requeue</c> and <c>/discard</c> for many, which
    /// answer with their progress while they run.
    /// </summary>
    public static RouteGroupBuilder MapParkedMessages<TDb>(this RouteGroupBuilder operations) where TDb : DbContext
    {
        operations.MapGet("/parked", ListAsync<TDb>)
            .WithSummary("Messages about the own party's deviations, or about none, that could not be sent, applied or read, oldest first");
        operations.MapPost("/parked/{id:guid}/requeue",
            async Task<Results<NoContent, Ok<WrittenAnswer>, NotFound, BadRequest>> (Guid id, ResolveParkedMessage body, ParkedMessages<TDb> parked,
                ClaimsPrincipal user, CancellationToken ct) =>
            !IsReason(body.Reason) ? TypedResults.BadRequest()
                : !await parked.RequeueAsync(id, body.Reason, Subject(user), Organization(user), ct) ? TypedResults.NotFound()
                : WarningsOf(body.Reason) is { Warnings.Count: > 0 } warned ? TypedResults.Ok(warned) : TypedResults.NoContent())
            .WithSummary("Send or apply a parked message again");
        operations.MapPost("/parked/{id:guid}/discard",
            async Task<Results<NoContent, Ok<WrittenAnswer>, NotFound, BadRequest>> (Guid id, ResolveParkedMessage body, ParkedMessages<TDb> parked,
                ClaimsPrincipal user, CancellationToken ct) =>
            !IsReason(body.Reason) ? TypedResults.BadRequest()
                : !await parked.DiscardAsync(id, body.Reason, Subject(user), Organization(user), ct) ? TypedResults.NotFound()
                : WarningsOf(body.Reason) is { Warnings.Count: > 0 } warned ? TypedResults.Ok(warned) : TypedResults.NoContent())
            .WithSummary("Discard a parked message for good");
        operations.MapPost("/parked/requeue", Results<Ok<IAsyncEnumerable<ParkedMessageProgress>>, BadRequest> (ResolveParkedMessages body,
            ParkedMessages<TDb> parked,
                ClaimsPrincipal user, CancellationToken ct) =>
            FilterOf(body) is { } filter
                ? TypedResults.Ok(Warned(parked.RequeueAllAsync(filter, body.Reason, Subject(user), Organization(user), ct), body.Reason))
                : TypedResults.BadRequest())
            .WithSummary("Send or apply again all parked messages of a type, source, error or time; the array grows while it runs");
        operations.MapPost("/parked/discard", Results<Ok<IAsyncEnumerable<ParkedMessageProgress>>, BadRequest> (ResolveParkedMessages body,
            ParkedMessages<TDb> parked,
                ClaimsPrincipal user, CancellationToken ct) =>
            FilterOf(body) is { } filter
                ? TypedResults.Ok(Warned(parked.DiscardAllAsync(filter, body.Reason, Subject(user), Organization(user), ct), body.Reason))
                : TypedResults.BadRequest())
            .WithSummary("Discard all parked messages of a type, source, error or time; the array grows while it runs");
        return operations;
    }

    private static async Task<Results<Ok<ParkedMessagePage>, BadRequest>> ListAsync<TDb>(string? source, string? type, string? error, DateTimeOffset? from,
        DateTimeOffset? to,
        string? cursor, int? limit, ParkedMessages<TDb> parked, ClaimsPrincipal user, CancellationToken ct) where TDb : DbContext
    {
        var take = limit ?? DefaultLimit;
        (DateTimeOffset, Guid)? after = null;
        if (take is < 1 or > MaxLimit || (cursor is not null && (after = ReadCursor(cursor)) is null)) return TypedResults.BadRequest();
        var rows = await parked.ListAsync(Organization(user), new(source, type, error, from, to), after, take + 1, ct);
        return TypedResults.Ok(new ParkedMessagePage([.. rows.Take(take)], rows.Count > take ? CursorOf(rows[take - 1]) : null));
    }

    private static string CursorOf(ParkedMessageRow row) =>
        Base64Url.EncodeToString(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{row.ParkedAt.ToUnixTimeMilliseconds()}:{row.Id:N}")));

    private static (DateTimeOffset, Guid)? ReadCursor(string cursor)
    {
        var bytes = new byte[80];
        return cursor.Length <= 100 && Base64Url.IsValid(cursor) && Base64Url.TryDecodeFromChars(cursor, bytes, out var length)
            && Encoding.ASCII.GetString(bytes, 0, length).Split(':') is [var time, var id] && Guid.TryParseExact(id, "N", out var guid)
            && long.TryParse(time, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds is >= 0 and < 253_402_300_800_000
                ? (DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), guid) : null;
    }

    // One that names nothing would resolve everything: by mistake rather than by intent.
    private static ParkedMessageFilter? FilterOf(ResolveParkedMessages body) =>
        new ParkedMessageFilter(body.Source, body.Type, body.Error, body.From, body.To) is { IsEmpty: false } filter && IsReason(body.Reason) ? filter : null;

    private static bool IsReason(string? reason) =>
        !string.IsNullOrWhiteSpace(reason) && reason.Length <= MaxReason && IdentityDetector.Find(reason).Count == 0;

    // As every answer to something written: where a name may stand.
    private static WrittenAnswer WarningsOf(string reason) => new()
    {
        Warnings = [.. IdentityWarning.In("/reason", reason).Select(w => w.Told(english: false))],
    };

    private static async IAsyncEnumerable<ParkedMessageProgress> Warned(IAsyncEnumerable<ParkedMessageProgress> running, string reason)
    {
        var warnings = WarningsOf(reason).Warnings;
        await foreach (var progress in running) yield return warnings is { Count: > 0 } ? progress with { Warnings = warnings } : progress;
    }

    private static string Subject(ClaimsPrincipal user) => user.FindFirstValue("sub") ?? "";

    private static string Organization(ClaimsPrincipal user) => user.FindFirstValue("organization") ?? "";
}
