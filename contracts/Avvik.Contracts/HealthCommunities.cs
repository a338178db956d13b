using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Avvik.Contracts;

/// <summary>A unit of a party that can be given a case.</summary>
/// <param name="Code">Stable: <c>si-tynset</c>, <c>3403-tildeling</c>.</param>
/// <param name="Name">Bokmål.</param>
/// <param name="Sites">Names of the places that belong to it, as reporters write them.</param>
public sealed record CareUnit(string Code, string Name, IReadOnlyList<string> Sites);

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
        _units = units.ToFrozenDictionary(u => u.Code, StringComparer.Ordinal);
        _sites = units.SelectMany(u => u.Sites, (unit, site) => (unit, site)).ToFrozenDictionary(x => x.site, x => x.unit, StringComparer.OrdinalIgnoreCase);
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
    /// <summary>All units that can be given a case.</summary>
    public IReadOnlyList<CareUnit> Units { get; }
    /// <summary>The coordinator's unit, where a case lands when nothing else decides.</summary>
    public CareUnit FallbackUnit { get; }
    /// <summary>The unit with this code, or null.</summary>
    public CareUnit? Unit(string? code) => code is null ? null : _units.GetValueOrDefault(code);
    /// <summary>The unit a site belongs to and the site's name as the directory spells it, or null.</summary>
    public (CareUnit Unit, string Site)? Site(string? name) => name is not null && _sites.TryGetValue(name.Trim(), out var unit)
        ? (unit, unit.Sites.First(s => s.Equals(name.Trim(), StringComparison.OrdinalIgnoreCase)))
        : null;
}

/// <summary>A region of municipalities within a health community.</summary>
/// <param name="Code">Stable.</param>
/// <param name="Name">Bokmål.</param>
/// <param name="Municipalities">Its members.</param>
public sealed record Region(string Code, string Name, IReadOnlyList<Party> Municipalities);

/// <summary>A health community (helsefellesskap): one trust, regions of municipalities, and their agreements.</summary>
public sealed class HealthCommunity
{
    internal HealthCommunity(CommunityData data)
    {
        (Code, Name, Agreements) = (data.Code, data.Name, [.. data.Agreements.Select(a => new Agreement(a.Code, a.Name, a.ValidFrom, a.ValidTo, Vocabulary.WithDefaults(a.Deadlines)))]);
        Trust = new Party(this, data.Trust.OrganizationNumber, data.Trust.Name, null, null, data.Trust.Units, data.Trust.FallbackUnit);
        Regions = [.. data.Regions.Select(r => new Region(r.Code, r.Name, [.. r.Municipalities.Select(m => new Party(this, m.OrganizationNumber, m.Name, m.Number, r.Code,
            [.. data.MunicipalServices.Select(s => new CareUnit($"{m.Number}-{s.Suffix}", $"{m.Name}: {s.Name}", []))], $"{m.Number}-{data.MunicipalFallbackSuffix}"))]))];
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

/// <summary>The health communities, their parties, units and agreements, from <c>health-communities.json</c>.</summary>
public static class HealthCommunities
{
    /// <summary>Every community.</summary>
    public static IReadOnlyList<HealthCommunity> All { get; } = Read();

    private static readonly FrozenDictionary<string, Party> Parties = All.SelectMany(c => c.Parties).ToFrozenDictionary(p => p.OrganizationNumber, StringComparer.Ordinal);
    private static readonly FrozenDictionary<string, HealthCommunity> ByCode = All.ToFrozenDictionary(c => c.Code, StringComparer.Ordinal);

    /// <summary>The party with this organisation number, or null.</summary>
    public static Party? Party(string? organizationNumber) => organizationNumber is null ? null : Parties.GetValueOrDefault(organizationNumber);

    /// <summary>The community with this code, or null.</summary>
    public static HealthCommunity? Community(string? code) => code is null ? null : ByCode.GetValueOrDefault(code);

    private static HealthCommunity[] Read()
    {
        using var stream = typeof(HealthCommunities).Assembly.GetManifestResourceStream("health-communities.json")!;
        return [.. JsonSerializer.Deserialize<CommunityData[]>(stream, JsonSerializerOptions.Web)!.Select(c => new HealthCommunity(c))];
    }
}

internal sealed record CommunityData(string Code, string Name, TrustData Trust, RegionData[] Regions, AgreementData[] Agreements, ServiceData[] MunicipalServices, string MunicipalFallbackSuffix);
internal sealed record AgreementData(string Code, string Name, DateOnly ValidFrom, DateOnly? ValidTo, JsonObject? Deadlines);
internal sealed record TrustData(string Name, string FallbackUnit, CareUnit[] Units, string OrganizationNumber);
internal sealed record RegionData(string Code, string Name, MunicipalityData[] Municipalities);
internal sealed record MunicipalityData(string Number, string Name, string OrganizationNumber);
internal sealed record ServiceData(string Suffix, string Name);
