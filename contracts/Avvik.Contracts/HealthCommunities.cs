using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using Avvik.Contracts.Routing;

namespace Avvik.Contracts;

/// <summary>A unit of a party that can be given a case.</summary>
/// <param name="Code">Stable: <c>si-tynset</c>, <c>3403-tildeling</c>.</param>
/// <param name="Name">Bokmål.</param>
/// <param name="Sites">Names of the places that belong to it, as reporters write them.</param>
/// <param name="ClosedOn">First day on which it gets no more cases (Norwegian local date); null: it is not closed.</param>
/// <param name="Successor">Code of the unit that takes over; null: the fallback unit does.</param>
/// <param name="Restricted">True: its cases, and what it reports, are for its own people only.</param>
public sealed record CareUnit(string Code, string Name, IReadOnlyList<string> Sites, DateOnly? ClosedOn = null, string? Successor = null,
    bool Restricted = false)
{
    /// <summary>True when it can be given a case on a day.</summary>
    public bool IsOpenOn(DateOnly day) => ClosedOn is null || day < ClosedOn;
}

/// <summary>A cooperation agreement (samarbeidsavtale, helse- og omsorgstjenesteloven § 6-1) and when it is in force.</summary>
/// <param name="Code">Stable.</param>
/// <param name="Name">Bokmål.</param>
/// <param name="ValidFrom">First day in force.</param>
/// <param name="ValidTo">Last day in force; null: still in force.</param>
/// <param name="Deadlines">Those it sets, and the defaults of the vocabulary for the rest.</param>
public sealed record Agreement(string Code, string Name, DateOnly ValidFrom, DateOnly? ValidTo, Deadlines Deadlines);

/// <summary>A trust or a municipality: one side of an agreement.</summary>
public sealed class Party
{
    private readonly FrozenDictionary<string, CareUnit> _units;
    private readonly FrozenDictionary<string, CareUnit> _sites;

    internal Party(HealthCommunity community, string organizationNumber, string name, string? municipalityNumber, string? region,
        IReadOnlyList<CareUnit> units, string fallbackUnit)
    {
        (Community, OrganizationNumber, Name, MunicipalityNumber, Region, Units) = (community, organizationNumber, name, municipalityNumber, region, units);
        // A closed unit's places are those of whoever has taken them over.
        _units = units.ToFrozenDictionary(u => u.Code, StringComparer.Ordinal);
        _sites = units.OrderBy(u => u.ClosedOn is not null).SelectMany(u => u.Sites, (unit, site) => (unit, site))
            .DistinctBy(x => Folded(x.site), StringComparer.OrdinalIgnoreCase)
            .ToFrozenDictionary(x => Folded(x.site), x => x.unit, StringComparer.OrdinalIgnoreCase);
        FallbackUnit = _units[fallbackUnit];
    }

    /// <summary>The health community it is a member of, by the table and never by its county.</summary>
    public HealthCommunity Community { get; }
    /// <summary>Nine digits (Enhetsregisteret).</summary>
    public string OrganizationNumber { get; }
    /// <summary>Bokmål.</summary>
    public string Name { get; }
    /// <summary>Four digits; null for a trust.</summary>
    public string? MunicipalityNumber { get; }
    /// <summary>Code of its region; null for a trust.</summary>
    public string? Region { get; }
    /// <summary>True for the hospital trust (helseforetak).</summary>
    public bool IsTrust => MunicipalityNumber is null;
    /// <summary>All units, closed ones too.</summary>
    public IReadOnlyList<CareUnit> Units { get; }
    /// <summary>The coordinator's unit, where a case lands when nothing else decides.</summary>
    public CareUnit FallbackUnit { get; }
    /// <summary>The unit with this code, or null.</summary>
    public CareUnit? Unit(string? code) => code is null ? null : _units.GetValueOrDefault(code);
    /// <summary>Codes of the restricted units other than one's own: their cases, and what they report, are not for this unit's people.</summary>
    public string[] RestrictedTo(string? unit) => [.. Units.Where(u => u.Restricted && u.Code != unit).Select(u => u.Code)];
    /// <summary>The unit a site belongs to and the site's name as the directory spells it, or null.</summary>
    public (CareUnit Unit, string Site)? Site(string? name) => name is not null && _sites.TryGetValue(Folded(name), out var unit)
        ? (unit, unit.Sites.First(s => Folded(s).Equals(Folded(name), StringComparison.OrdinalIgnoreCase)))
        : null;

    /// <summary>
    /// The cooperation agreement (helse- og omsorgstjenesteloven § 6-1) with another party on a day; null across health communities, and when none is in force.
    /// </summary>
    public Agreement? AgreementWith(Party other, DateOnly day) => Community.Code == other.Community.Code ? Community.AgreementOn(day) : null;

    // One name, however a keyboard or a copied text composes its letters (NFC) and spaces.
    private static string Folded(string name) => string.Join(' ', name.Normalize().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}

/// <summary>A region of municipalities within a health community.</summary>
/// <param name="Code">Stable.</param>
/// <param name="Name">Bokmål.</param>
/// <param name="Municipalities">Its members.</param>
public sealed record Region(string Code, string Name, IReadOnlyList<Party> Municipalities);

/// <summary>A health community (helsefellesskap): one trust, regions of municipalities, and their agreements.</summary>
public sealed class HealthCommunity
{
    internal HealthCommunity(CommunityData data, ILookup<string, CareUnit> changes)
    {
        // What is not changed stands, and what is new comes after it.
        IReadOnlyList<CareUnit> Units(string organization, IEnumerable<CareUnit> seed) =>
            changes[organization].ToDictionary(u => u.Code, StringComparer.Ordinal) is { Count: > 0 } changed
            ? [.. seed.Select(u => changed.Remove(u.Code, out var now) ? now : u), .. changed.Values]
            : [.. seed];
        (Code, Name, Agreements) = (data.Code, data.Name, [.. data.Agreements.Select(a => new Agreement(a.Code, a.Name, a.ValidFrom, a.ValidTo,
            Vocabulary.WithDefaults(a.Deadlines)))]);
        Trust = new Party(this, data.Trust.OrganizationNumber, data.Trust.Name, null, null, Units(data.Trust.OrganizationNumber, data.Trust.Units),
            data.Trust.FallbackUnit);
        Regions = [.. data.Regions.Select(r => new Region(r.Code, r.Name, [.. r.Municipalities.Select(m => new Party(this, m.OrganizationNumber, m.Name,
            m.Number, r.Code,
            Units(m.OrganizationNumber, data.MunicipalServices.Select(s => new CareUnit($"{m.Number}-{s.Suffix}", $"{m.Name}: {s.Name}", []))),
            $"{m.Number}-{data.MunicipalFallbackSuffix}"))]))];
    }

    /// <summary>Stable.</summary>
    public string Code { get; }
    /// <summary>Bokmål.</summary>
    public string Name { get; }
    /// <summary>The hospital trust.</summary>
    public Party Trust { get; }
    /// <summary>The regions, which together hold every municipality of the community.</summary>
    public IReadOnlyList<Region> Regions { get; }
    /// <summary>All agreements, past and present.</summary>
    public IReadOnlyList<Agreement> Agreements { get; }
    /// <summary>The agreement in force on a day (both ends included), or null.</summary>
    public Agreement? AgreementOn(DateOnly day) => Agreements.FirstOrDefault(a => a.ValidFrom <= day && (a.ValidTo is null || day <= a.ValidTo));
    /// <summary>The trust and every municipality.</summary>
    public IEnumerable<Party> Parties => Regions.SelectMany(r => r.Municipalities).Prepend(Trust);
}

/// <summary>
/// The health communities with their parties and units, as they stand at one moment: the seed in <c>health-communities.json</c> and what has been
/// changed since. Immutable; a newer one takes its place.
/// </summary>
public sealed class CareDirectory
{
    private readonly FrozenDictionary<string, Party> _parties;
    private readonly FrozenDictionary<string, HealthCommunity> _byCode;

    /// <summary>The directory after a change; the seed alone when there has been none.</summary>
    public CareDirectory(DirectoryPublished? published = null)
    {
        var changes = (published?.Units ?? []).ToLookup(u => u.OrganizationNumber, u => new CareUnit(u.Code, u.Label, u.Sites, u.ClosedOn, u.Successor,
            u.Restricted),
            StringComparer.Ordinal);
        (Version, Changes, All) = (published?.Version ?? 1, published?.Units ?? [], [.. HealthCommunities.Seed.Select(c => new HealthCommunity(c, changes))]);
        _parties = All.SelectMany(c => c.Parties).ToFrozenDictionary(p => p.OrganizationNumber, StringComparer.Ordinal);
        _byCode = All.ToFrozenDictionary(c => c.Code, StringComparer.Ordinal);
    }

    /// <summary>1 is the seed; rises by one with each change.</summary>
    public int Version { get; }
    /// <summary>What differs from the seed.</summary>
    public IReadOnlyList<DirectoryUnitState> Changes { get; }
    /// <summary>Every community.</summary>
    public IReadOnlyList<HealthCommunity> All { get; }
    /// <summary>The party with this organisation number, or null.</summary>
    public Party? Party(string? organizationNumber) => organizationNumber is null ? null : _parties.GetValueOrDefault(organizationNumber);
    /// <summary>The community with this code, or null.</summary>
    public HealthCommunity? Community(string? code) => code is null ? null : _byCode.GetValueOrDefault(code);
}

/// <summary>
/// What does not change while a process runs: the communities, their parties and agreements. Units are those of the seed; for those that are, ask the <see
/// cref="CareDirectory"/>.
/// </summary>
public static class HealthCommunities
{
    internal static CommunityData[] Seed { get; } = Read();
    private static readonly CareDirectory AsShipped = new();

    /// <summary>Every community.</summary>
    public static IReadOnlyList<HealthCommunity> All => AsShipped.All;

    /// <summary>The party with this organisation number, or null.</summary>
    public static Party? Party(string? organizationNumber) => AsShipped.Party(organizationNumber);

    /// <summary>The community with this code, or null.</summary>
    public static HealthCommunity? Community(string? code) => AsShipped.Community(code);

    private static CommunityData[] Read()
    {
        using var stream = typeof(HealthCommunities).Assembly.GetManifestResourceStream("health-communities.json")!;
        return JsonSerializer.Deserialize<CommunityData[]>(stream, JsonSerializerOptions.Web)!;
    }
}

internal sealed record CommunityData(string Code, string Name, TrustData Trust, RegionData[] Regions, AgreementData[] Agreements,
    ServiceData[] MunicipalServices, string MunicipalFallbackSuffix);
internal sealed record AgreementData(string Code, string Name, DateOnly ValidFrom, DateOnly? ValidTo, JsonObject? Deadlines);
internal sealed record TrustData(string Name, string FallbackUnit, CareUnit[] Units, string OrganizationNumber);
internal sealed record RegionData(string Code, string Name, MunicipalityData[] Municipalities);
internal sealed record MunicipalityData(string Number, string Name, string OrganizationNumber);
internal sealed record ServiceData(string Suffix, string Name);
