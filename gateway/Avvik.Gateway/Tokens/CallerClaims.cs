using System.Security.Claims;
using Avvik.Contracts;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Avvik.Gateway.Tokens;

/// <summary>
/// Maps an access token's claims to ours: <c>sub</c>, <c>client_id</c>, <c>organization</c>, <c>role</c>, <c>unit</c>, <c>scope</c>. The person
/// number is only tested for presence, which distinguishes a person from software, and is never passed on.
/// </summary>
internal static class CallerClaims
{
    private const string HighestLevel = "4";

    /// <summary>The caller, or a refusal with OAuth's error code and a sentence for the client's developer.</summary>
    public static (ClaimsPrincipal? Caller, TokenRefusal? Refusal) Read(JsonWebToken token, ClaimNames names)
    {
        string? Value(string? name) => name is not null && token.TryGetPayloadValue<string>(name, out var value) && value.Length > 0 ? value : null;
        IEnumerable<string> Values(string? name) => name is null
            ? []
            : token.Claims.Where(c => c.Type == name).SelectMany(c => c.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        if (Value("client_id") is not { } client) return (null, TokenRefusal.Invalid("The token names no client."));
        string? parent = Value(names.OrganizationParent), child = Value(names.OrganizationChild);
        // The party is the legal entity (parent); for a client that has only a sub-unit's number, that sub-unit.
        if ((parent ?? child) is not { } organization || !IsOrganization(organization) || (child is not null && !IsOrganization(child)))
            return (null, TokenRefusal.Invalid("The token names no organisation."));
        var subject = Value(names.Subject);
        var level = Value(names.SecurityLevel);
        var isPerson = Value(names.PersonNumber) is not null || Value(names.HprNumber) is not null || level is not null
            || (subject is not null && subject != client);
        if (isPerson && level != HighestLevel)
            return (null, new TokenRefusal("insufficient_user_authentication", "A person must have logged in at security level 4."));

        var scopes = Values("scope").ToHashSet(StringComparer.Ordinal);
        // Without a role that counts with these scopes, a person may do what a reporter may, and software what a client may.
        var counting = Values(names.Role).Where(role => Scopes.Allow(scopes, role)).ToList();
        var roles = counting.Where(role => role != Roles.Auditor || !counting.Exists(other => Roles.Exclude(role, other)))
            .DefaultIfEmpty(isPerson ? Roles.Reporter : Roles.Client);
        var identity = new ClaimsIdentity("token", "sub", "role");
        identity.AddClaims([new("sub", subject ?? client), new("client_id", client), new("organization", organization)]);
        if (Value(names.Unit) is { } unit) identity.AddClaim(new("unit", unit));
        identity.AddClaims(roles.Select(role => new Claim("role", role)));
        identity.AddClaims(scopes.Select(scope => new Claim("scope", scope)));
        return (new ClaimsPrincipal(identity), null);
    }

    private static bool IsOrganization(string number) => number.Length == 9 && number.All(char.IsAsciiDigit);
}

/// <summary>Why a request is refused: error code and description of <c>WWW-Authenticate</c>.</summary>
internal sealed record TokenRefusal(string Error, string Description)
{
    public static TokenRefusal Invalid(string description) => new("invalid_token", description);
    public static TokenRefusal Proof(string description) => new("invalid_dpop_proof", description);
}
