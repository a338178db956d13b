using Avvik.Client;
using Avvik.Contracts;
using Avvik.Workbench.Texts;

namespace Avvik.Workbench.Gateway;

/// <summary>The names of parties and units, from the directory as it is now. It is the same for everybody, and read at most once a minute.</summary>
internal sealed class Places(IAvvikClient client, PlacesCache cache, TimeProvider clock)
{
    public async Task<PlaceNames> GetAsync(CancellationToken ct)
    {
        if (cache.Current is { } known && known.ReadAt + TimeSpan.FromMinutes(1) > clock.GetUtcNow()) return known.Names;
        var names = new PlaceNames(await client.GetDirectoryAsync(ct));
        cache.Current = new(names, clock.GetUtcNow());
        return names;
    }
}

internal sealed class PlacesCache
{
    private volatile CachedPlaces? _current;

    public CachedPlaces? Current { get => _current; set => _current = value; }
}

internal sealed record CachedPlaces(PlaceNames Names, DateTimeOffset ReadAt);

/// <summary>Parties and units by their numbers and codes.</summary>
internal sealed class PlaceNames
{
    private readonly Dictionary<string, DirectoryParty> _parties = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DirectoryUnit> _units = new(StringComparer.Ordinal);

    public PlaceNames(Client.Directory directory)
    {
        Directory = directory;
        foreach (var party in directory.Communities.SelectMany(c => c.Regions.SelectMany(r => r.Municipalities).Prepend(c.Trust).Concat(c.Providers)))
        {
            _parties.TryAdd(party.OrganizationNumber, party);
            foreach (var unit in party.Units) _units.TryAdd(unit.Code, unit);
        }
    }

    public Client.Directory Directory { get; }
    public IReadOnlyCollection<DirectoryParty> Parties => _parties.Values;

    public DirectoryParty? FindParty(string? organizationNumber) => organizationNumber is null ? null : _parties.GetValueOrDefault(organizationNumber);
    /// <summary>True for a party that is sent letters.</summary>
    public bool IsWithoutAvvik(string? organizationNumber, DateOnly today) => FindParty(organizationNumber)?.WithoutAvvik?.Covers(today) == true;
    public string Party(string? organizationNumber) => FindParty(organizationNumber)?.Name ?? organizationNumber ?? "";
    public string Unit(string? code) => code is null ? "" : _units.GetValueOrDefault(code)?.Name ?? code;

    /// <summary>The units of a party that get cases, as people look them up.</summary>
    public IEnumerable<DirectoryUnit> OpenUnits(string organizationNumber, Text text) =>
        (FindParty(organizationNumber)?.Units ?? []).Where(u => u.ClosedOn is null || u.ClosedOn > text.Today).OrderBy(u => u.Name, text.Sorting);

    /// <summary>The clauses that can be named of a deviation: those of the agreement that were in force on the day.</summary>
    public IEnumerable<AgreementClause> Clauses(string community, string? agreement, DateOnly day) =>
        (Directory.Communities.FirstOrDefault(c => c.Code == community)?.Agreements.FirstOrDefault(a => a.Code == agreement)?.Clauses ?? [])
            .Where(c => c.IsInForceOn(day));

    public DirectoryCommunity? CommunityOf(string organizationNumber) =>
        Directory.Communities.FirstOrDefault(c => c.Trust.OrganizationNumber == organizationNumber
            || c.Regions.Any(r => r.Municipalities.Any(m => m.OrganizationNumber == organizationNumber))
            || c.Providers.Any(p => p.OrganizationNumber == organizationNumber));
}
