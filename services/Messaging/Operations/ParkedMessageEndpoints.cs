using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Messaging.Operations;

/// <summary>Why an operator requeues or discards.</summary>
/// <param name="Reason">For those who come after; free of identities.</param>
public sealed record ResolveParkedMessage(string Reason);

/// <summary>The operator's page of a service; the caller of these must require the administrator's role on the group.</summary>
public static class ParkedMessageEndpoints
{
    /// <summary>Maps <c>GET parked</c>, <c>POST parked/{id}/requeue</c> and <c>POST parked/{id}/discard</c>.</summary>
    public static RouteGroupBuilder MapParkedMessages<TDb>(this RouteGroupBuilder operations) where TDb : DbContext
    {
        operations.MapGet("/parked", (ParkedMessages<TDb> parked, CancellationToken ct) => parked.ListAsync(ct))
            .WithSummary("Messages that could not be sent, applied or read, oldest first");
        operations.MapPost("/parked/{id:guid}/requeue", async Task<Results<NoContent, NotFound>> (Guid id, ResolveParkedMessage body, ParkedMessages<TDb> parked, ClaimsPrincipal user, CancellationToken ct) =>
            await parked.RequeueAsync(id, body.Reason, user.FindFirstValue("sub") ?? "", user.FindFirstValue("organization") ?? "", ct) ? TypedResults.NoContent() : TypedResults.NotFound())
            .WithSummary("Try a parked message again");
        operations.MapPost("/parked/{id:guid}/discard", async Task<Results<NoContent, NotFound>> (Guid id, ResolveParkedMessage body, ParkedMessages<TDb> parked, ClaimsPrincipal user, CancellationToken ct) =>
            await parked.DiscardAsync(id, body.Reason, user.FindFirstValue("sub") ?? "", user.FindFirstValue("organization") ?? "", ct) ? TypedResults.NoContent() : TypedResults.NotFound())
            .WithSummary("Give a parked message up for good");
        return operations;
    }
}
