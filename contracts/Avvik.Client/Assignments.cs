using System.ComponentModel.DataAnnotations;
using Avvik.Contracts;

namespace Avvik.Client;

/// <summary>A role that somebody has at a party, who gave it, and who ended it.</summary>
/// <param name="Id">UUIDv7.</param>
/// <param name="OrganizationNumber">The party.</param>
/// <param name="Subject">The person, as tokens name them: their <c>sub</c>.</param>
/// <param name="Name">What people call them, where that was said.</param>
/// <param name="Role">A role of the vocabulary.</param>
/// <param name="Unit">The unit it is for; null: the whole party.</param>
/// <param name="From">First day (Norwegian local date).</param>
/// <param name="To">Last day; null: until it is ended.</param>
/// <param name="Active">True when it counts now.</param>
/// <param name="Pending">True while it waits for a second administrator to confirm it; it does not count before.</param>
/// <param name="AssignedAt">When it was given.</param>
/// <param name="AssignedBy">Who gave it, <c>subject@organisation</c>; <c>configuration</c> for a first administrator.</param>
/// <param name="Reason">Why.</param>
/// <param name="ConfirmedBy">The second administrator, for a role that needs one; null: nobody yet, or it needs none.</param>
/// <param name="EndedAt">When its end was decided; null: it has not been.</param>
/// <param name="EndedBy">Who decided.</param>
/// <param name="EndReason">Why.</param>
public sealed record Assignment(
    Guid Id, string OrganizationNumber, string Subject, string? Name, [property: Code("roles")] string Role, string? Unit, DateOnly From, DateOnly? To,
    bool Active, bool Pending,
    DateTimeOffset AssignedAt, string AssignedBy, string Reason, string? ConfirmedBy, DateTimeOffset? EndedAt, string? EndedBy, string? EndReason)
    : WrittenAnswer;

/// <summary>Whom the services take the caller for: by the token, and by what the caller is assigned at the token's organisation.</summary>
/// <param name="Organization">Nine digits.</param>
/// <param name="Unit">Code of a unit; null: the whole party.</param>
/// <param name="Roles">Codes of <c>roles</c>.</param>
public sealed record EffectiveRoles(string Organization, string? Unit, [property: Code("roles", Also = "client")] IReadOnlyList<string> Roles);

/// <summary>A role that is to be given.</summary>
public sealed record NewAssignment
{
    /// <summary>Nine digits: the caller's own party; not given: the same. Nobody gives roles at another party.</summary>
    public string? OrganizationNumber { get; init; }
    /// <summary>The person's <c>sub</c>, at most 200 characters: somebody other than the caller. Never an identity number.</summary>
    [Required, HoldsName]
    public string? Subject { get; init; }
    /// <summary>What people call them, at most 200 characters.</summary>
    [HoldsName]
    public string? Name { get; init; }
    /// <summary>A role of the vocabulary; only an administrator gives <c>admin</c> and <c>auditor</c>, and a second one
    /// confirms it. An <c>auditor</c> is neither <c>admin</c> nor <c>coordinator</c> at the same party.</summary>
    [Required]
    [Code("roles")]
    public string? Role { get; init; }
    /// <summary>A unit of the party; <c>handler</c> and <c>unitLeader</c> need one. A person has one unit at a party at a time.</summary>
    public string? Unit { get; init; }
    /// <summary>First day (<c>2026-12-01</c>); not given: today.</summary>
    public string? From { get; init; }
    /// <summary>Last day; not given: until it is ended.</summary>
    public string? To { get; init; }
    /// <summary>Why, at most 4,000 characters.</summary>
    [Required]
    public string? Reason { get; init; }
}

/// <summary>The end of an assignment.</summary>
public sealed record EndAssignment
{
    /// <summary>Last day; not given: it ends at once.</summary>
    public string? LastDay { get; init; }
    /// <summary>Why, at most 4,000 characters.</summary>
    public string? Reason { get; init; }
}
