using System.Security.Claims;
using Avvik.Contracts;
using Avvik.Hosting.Calendar;
using Microsoft.AspNetCore.Authentication;

namespace Avvik.CareDirectories;

/// <summary>
/// Adds the roles that the caller is assigned to those of the token. They are looked up for each request, so that a change takes effect within
/// seconds, whatever the token's lifetime. Of a party that does not use Avvik nobody has a role, whatever the token says: it is sent letters.
/// </summary>
internal sealed class AssignedRoles(CurrentDirectory directory, TimeProvider clock) : IClaimsTransformation
{
    private const string Marker = "assigned";

    public Task<ClaimsPrincipal> TransformAsync(ClaimsPrincipal principal)
    {
        if (principal.FindFirst("sub")?.Value is not { } subject || principal.FindFirst("organization")?.Value is not { } organization)
            return Task.FromResult(principal);
        if (!directory.Now.UsesAvvik(organization, NorwegianCalendar.DayOf(clock.GetUtcNow())))
            return Task.FromResult(new ClaimsPrincipal(principal.Identities.Select(i =>
                new ClaimsIdentity(i.Claims.Where(c => c.Type != "role"), i.AuthenticationType, i.NameClaimType, i.RoleClaimType))));
        var (assigned, now) = (directory.RolesOf(organization, subject), clock.GetUtcNow());
        if (!assigned.Any(a => a.IsIn(now)) || principal.Identities.Any(i => i.Label == Marker)) return Task.FromResult(principal);
        var scopes = principal.FindAll("scope").Select(c => c.Value).ToHashSet(StringComparer.Ordinal);
        var identity = new ClaimsIdentity(null, "sub", "role") { Label = Marker };
        var own = principal.FindAll("role").Select(c => c.Value).ToList();
        foreach (var role in assigned.Where(a => a.IsIn(now) && Scopes.Allow(scopes, a.Role) && !own.Any(r => Roles.Exclude(r, a.Role))))
        {
            identity.AddClaim(new("role", role.Role));
            if (role.Unit is not null) identity.AddClaim(new("unit", role.Unit));
        }
        // The token's principal is cached with it and must not change.
        var caller = new ClaimsPrincipal(principal.Identities);
        caller.AddIdentity(identity);
        return Task.FromResult(caller);
    }
}
