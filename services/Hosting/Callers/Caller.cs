using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Avvik.Hosting.Callers;

/// <summary>The caller, from the gateway's signed token only: organisation, roles held there, and the unit of those who have one.</summary>
public sealed record Caller(string Organization, string? Unit, string ClientId, string Subject, IReadOnlySet<string> Roles)
{
    public bool Is(string role) => Roles.Contains(role);
    public bool IsAny(params ReadOnlySpan<string> roles)
    {
        foreach (var role in roles)
            if (Roles.Contains(role)) return true;
        return false;
    }

    public static Caller From(ClaimsPrincipal user) => new(
        user.FindFirstValue("organization") ?? "",
        user.FindFirstValue("unit"),
        user.FindFirstValue("client_id") ?? "",
        user.FindFirstValue("sub") ?? "",
        user.FindAll("role").Select(c => c.Value).ToHashSet(StringComparer.Ordinal));

    /// <summary>Binds the caller as a parameter of an endpoint.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext context) => ValueTask.FromResult<Caller?>(From(context.User));
}
