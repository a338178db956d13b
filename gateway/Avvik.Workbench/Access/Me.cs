using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Avvik.Contracts;

namespace Avvik.Workbench.Access;

/// <summary>One of the places where somebody has roles.</summary>
/// <param name="Organization">Nine digits.</param>
/// <param name="Unit">Code of a unit; null: the whole party.</param>
/// <param name="Roles">Codes of <c>roles</c>.</param>
internal sealed record ActingAs(string Organization, string? Unit, IReadOnlyList<string> Roles)
{
    /// <summary>True when acting as this is acting as that choice: besides, one may have been assigned more roles there.</summary>
    public bool Covers(ActingAs choice) => Organization == choice.Organization && (choice.Unit ?? Unit) == Unit && !choice.Roles.Except(Roles).Any();
}

/// <summary>Who is signed in and what they act as. Decides what is shown; what is allowed, the services decide.</summary>
internal sealed record Me(string Subject, string Name, ActingAs Acting, IReadOnlyList<ActingAs> Choices)
{
    public const string ActingClaim = "acting", ChoicesClaim = "choices";

    public string Organization => Acting.Organization;
    public Party? Party => HealthCommunities.Party(Acting.Organization);
    public string PartyName => Party?.Name ?? Acting.Organization;
    public string? UnitName => Party?.Unit(Acting.Unit)?.Name;

    public bool Is(params ReadOnlySpan<string> roles)
    {
        foreach (var role in roles)
            if (Acting.Roles.Contains(role, StringComparer.Ordinal)) return true;
        return false;
    }

    /// <summary>True for whoever is notified of something, or sets how a unit is.</summary>
    public bool HasNotices => Is(Roles.Reporter, Roles.Handler, Roles.UnitLeader, Roles.Coordinator, Roles.Admin);

    /// <summary>Key of a person's drafts and preferences at one organisation; does not identify the person.</summary>
    public string Key => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Subject}\n{Acting.Organization}")));

    public static Me? From(ClaimsPrincipal user) => user.Identity?.IsAuthenticated != true ? null : new(
        user.FindFirstValue("sub")!,
        user.FindFirstValue("name") ?? user.FindFirstValue("sub")!,
        JsonSerializer.Deserialize<ActingAs>(user.FindFirstValue(ActingClaim)!, JsonSerializerOptions.Web)!,
        JsonSerializer.Deserialize<ActingAs[]>(user.FindFirstValue(ChoicesClaim) ?? "[]", JsonSerializerOptions.Web)!);
}
