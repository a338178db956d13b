namespace Avvik.Client;

/// <summary>The health communities with their parties and units.</summary>
/// <param name="Version">Rises with each change.</param>
/// <param name="Communities">All of them.</param>
public sealed record Directory(int Version, IReadOnlyList<DirectoryCommunity> Communities);

/// <summary>A health community.</summary>
public sealed record DirectoryCommunity(string Code, string Name, DirectoryParty Trust, IReadOnlyList<DirectoryRegion> Regions, IReadOnlyList<DirectoryAgreement> Agreements);

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
public sealed record DirectoryUnit(string Code, string Name, IReadOnlyList<string> Sites);

/// <summary>An agreement and its validity, both days included.</summary>
public sealed record DirectoryAgreement(string Code, string Name, DateOnly ValidFrom, DateOnly? ValidTo);
