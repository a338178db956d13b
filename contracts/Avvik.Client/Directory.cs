using System.ComponentModel.DataAnnotations;
using Avvik.Contracts;

namespace Avvik.Client;

/// <summary>The health communities with their parties and units.</summary>
/// <param name="Version">Rises with each change.</param>
/// <param name="Communities">All of them.</param>
public sealed record Directory(int Version, IReadOnlyList<DirectoryCommunity> Communities);

/// <summary>A health community.</summary>
public sealed record DirectoryCommunity(
    string Code, string Name, DirectoryParty Trust, IReadOnlyList<DirectoryRegion> Regions, IReadOnlyList<DirectoryAgreement> Agreements);

/// <summary>A region.</summary>
public sealed record DirectoryRegion(string Code, string Name, IReadOnlyList<DirectoryParty> Municipalities);

/// <summary>A trust or a municipality.</summary>
/// <param name="OrganizationNumber">Nine digits.</param>
/// <param name="Name">Bokmål.</param>
/// <param name="Number">Municipality number; null for a trust.</param>
/// <param name="FallbackUnit">Where a case lands when nothing else decides.</param>
/// <param name="Units">All units.</param>
public sealed record DirectoryParty(string OrganizationNumber, string Name, string? Number, string FallbackUnit, IReadOnlyList<DirectoryUnit> Units);

/// <summary>A unit.</summary>
/// <param name="Code">Stable.</param>
/// <param name="Name">Bokmål.</param>
/// <param name="Sites">Names of the places that belong to it.</param>
/// <param name="ClosedOn">First day on which it gets no more cases; null: it is not closed.</param>
/// <param name="Successor">The unit that takes over its open cases; null: the party's fallback unit.</param>
/// <param name="Restricted">True: its cases, and what it reports, are for its own people only.</param>
public sealed record DirectoryUnit(string Code, string Name, IReadOnlyList<string> Sites, DateOnly? ClosedOn, string? Successor, bool Restricted = false)
    : WrittenAnswer;

/// <summary>A unit as it is to be.</summary>
public sealed record DirectoryUnitChange
{
    /// <summary>Nine digits: the party of a new unit, for an administrator; else it is the caller's own.</summary>
    public string? OrganizationNumber { get; init; }
    /// <summary>What people call it, at most 200 characters.</summary>
    public string? Name { get; init; }
    /// <summary>Names of the places that belong to it, at most 50; not given: as before.</summary>
    public IReadOnlyList<string>? Sites { get; init; }
    /// <summary>First day on which it gets no more cases (<c>2027-01-01</c>); not given: it is not closed.</summary>
    public string? ClosedOn { get; init; }
    /// <summary>Code of the unit that takes over; needs <see cref="ClosedOn"/>.</summary>
    public string? Successor { get; init; }
    /// <summary>True: its cases, and what it reports, are for its own people only (psychiatry, substance use, children); not given: as before.</summary>
    public bool? Restricted { get; init; }
    /// <summary>Why, at most 4,000 characters.</summary>
    [Required]
    public string? Reason { get; init; }
}

/// <summary>An agreement and its validity, both days included.</summary>
public sealed record DirectoryAgreement(string Code, string Name, DateOnly ValidFrom, DateOnly? ValidTo);
