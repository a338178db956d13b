using System.ComponentModel.DataAnnotations;
using Avvik.Contracts;

namespace Avvik.Client;

/// <summary>The health communities with their parties and units.</summary>
/// <param name="Version">Rises with each change.</param>
/// <param name="Communities">All of them.</param>
public sealed record Directory(int Version, IReadOnlyList<DirectoryCommunity> Communities);

/// <summary>A health community.</summary>
/// <param name="Code">Stable.</param>
/// <param name="Name">Bokmål.</param>
/// <param name="Trust">The hospital trust.</param>
/// <param name="Regions">Regions with their municipalities.</param>
/// <param name="Agreements">All agreements, past and present.</param>
/// <param name="Providers">GPs and private providers.</param>
public sealed record DirectoryCommunity(
    string Code, string Name, DirectoryParty Trust, IReadOnlyList<DirectoryRegion> Regions, IReadOnlyList<DirectoryAgreement> Agreements,
    IReadOnlyList<DirectoryParty>? Providers = null)
{
    /// <summary>GPs and private providers; a server of 0.1 has none.</summary>
    public IReadOnlyList<DirectoryParty> Providers { get; init; } = Providers ?? [];
}

/// <summary>A region.</summary>
public sealed record DirectoryRegion(string Code, string Name, IReadOnlyList<DirectoryParty> Municipalities);

/// <summary>A trust or a municipality, or a provider that works for one.</summary>
/// <param name="OrganizationNumber">Nine digits.</param>
/// <param name="Name">Bokmål.</param>
/// <param name="Number">Municipality number; null for a trust.</param>
/// <param name="FallbackUnit">Where a case lands when nothing else decides.</param>
/// <param name="Units">All units.</param>
/// <param name="Kind"><c>trust</c>, <c>municipality</c>, <c>gp</c> or <c>private</c>.</param>
/// <param name="Under">Organisation number of the municipality or trust that a provider works for.</param>
/// <param name="EndedOn">First day on which it is no more; null: it exists.</param>
/// <param name="Successor">Organisation number of the party that has taken over.</param>
/// <param name="WithoutAvvik">When it does not use Avvik, and is sent letters by the coordinator of whoever reports; null: it does.</param>
public sealed record DirectoryParty(string OrganizationNumber, string Name, string? Number, string FallbackUnit, IReadOnlyList<DirectoryUnit> Units,
    string? Kind = null, string? Under = null, DateOnly? EndedOn = null, string? Successor = null, PeriodDocument? WithoutAvvik = null)
{
    /// <summary>What it is; a server of 0.1 has trusts and municipalities only.</summary>
    [Code("partyKinds")]
    public string Kind { get; init; } = Kind ?? (Number is null ? PartyKinds.Trust : PartyKinds.Municipality);
}

/// <summary>A unit.</summary>
/// <param name="Code">Stable.</param>
/// <param name="Name">Bokmål.</param>
/// <param name="Sites">Names of the places that belong to it.</param>
/// <param name="ClosedOn">First day on which it gets no more cases; null: it is not closed.</param>
/// <param name="Successor">The unit that takes over its open cases; null: the party's fallback unit.</param>
/// <param name="Restricted">True: its cases, and what it reports, are for its own people only.</param>
/// <param name="Host">Organisation number of the party whose people work there, when it serves several.</param>
/// <param name="Mailbox">Address of the mailbox that it shares, where notices of its cases go: of a function, never of a person.</param>
public sealed record DirectoryUnit(string Code, string Name, IReadOnlyList<string> Sites, DateOnly? ClosedOn, string? Successor, bool Restricted = false,
    string? Host = null, string? Mailbox = null) : WrittenAnswer;

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
    /// <summary>
    /// Address of the mailbox that it shares, where notices of its cases go: of a function (<c>postmottak@…</c>), never of a person, since everybody who
    /// reads the directory sees it. At most 254 characters; empty: it has none; not given: as before.
    /// </summary>
    [HoldsIdentity]
    public string? Mailbox { get; init; }
    /// <summary>Why, at most 4,000 characters.</summary>
    [Required]
    public string? Reason { get; init; }
}

/// <summary>An agreement and its validity, both days included.</summary>
/// <param name="Code">Stable.</param>
/// <param name="Name">Bokmål.</param>
/// <param name="ValidFrom">First day in force.</param>
/// <param name="ValidTo">Last day in force, with its prolongations; null: still in force.</param>
/// <param name="Clauses">Its list of clauses.</param>
/// <param name="Municipalities">Numbers of the municipalities that it is with; null: all of the community.</param>
/// <param name="AnswerCalendarDays">Calendar days from receipt until the answer.</param>
public sealed record DirectoryAgreement(string Code, string Name, DateOnly ValidFrom, DateOnly? ValidTo, IReadOnlyList<AgreementClause>? Clauses = null,
    IReadOnlyList<string>? Municipalities = null, int? AnswerCalendarDays = null)
{
    /// <summary>Its list of clauses; of a server of 0.1, the statute's.</summary>
    public IReadOnlyList<AgreementClause> Clauses { get; init; } = Clauses ?? AgreementClauses.Statutory;
}
