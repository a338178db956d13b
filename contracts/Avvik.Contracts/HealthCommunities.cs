using System.Collections.Frozen;
using System.Text.Json;
using Avvik.Contracts.Routing;

namespace Avvik.Contracts;

/// <summary>A unit of a party that can be given a case.</summary>
/// <param name="Code">Stable: <c>si-tynset</c>, <c>3403-tildeling</c>.</param>
/// <param name="Name">Bokmål.</param>
/// <param name="Sites">Names of the places that belong to it, as reporters write them.</param>
/// <param name="ClosedOn">First day on which it gets no more cases (Norwegian local date); null: it is not closed.</param>
/// <param name="Successor">Code of the unit that takes over; null: the fallback unit does.</param>
/// <param name="Restricted">True: its cases, and what it reports, are for its own people only.</param>
/// <param name="Host">Organisation number of the party whose people work there, when it serves several; null: the party's own.</param>
/// <param name="Mailbox">Address of the mailbox that the unit shares, where it is told of what waits for it: of a function, never of a person, since
/// everybody who reads the directory sees it. Null: it has none.</param>
public sealed record CareUnit(string Code, string Name, IReadOnlyList<string> Sites, DateOnly? ClosedOn = null, string? Successor = null,
    bool Restricted = false, string? Host = null, [property: HoldsIdentity] string? Mailbox = null)
{
    /// <summary>True when it can be given a case on a day.</summary>
    public bool IsOpenOn(DateOnly day) => ClosedOn is null || day < ClosedOn;
}

/// <summary>A cooperation agreement (samarbeidsavtale, helse- og omsorgstjenesteloven § 6-1) and when it is in force.</summary>
/// <param name="Code">Stable.</param>
/// <param name="Name">Bokmål.</param>
/// <param name="ValidFrom">First day in force.</param>
/// <param name="ValidTo">Last day in force, with its prolongations; null: still in force.</param>
/// <param name="Deadlines">Those it sets, and the defaults of the vocabulary for the rest.</param>
/// <param name="Clauses">Its own list of clauses, or the points of the statute.</param>
/// <param name="Municipalities">Numbers of the municipalities that it is with; null: all of the community.</param>
public sealed record Agreement(string Code, string Name, DateOnly ValidFrom, DateOnly? ValidTo, Deadlines Deadlines, IReadOnlyList<AgreementClause> Clauses,
    IReadOnlyList<string>? Municipalities = null)
{
    /// <summary>True when it is in force on a day (both ends included).</summary>
    public bool IsInForceOn(DateOnly day) => Validity.Covers(ValidFrom, ValidTo, day);

    internal static Agreement Of(AgreementDocument data) => new(data.Code, data.Name, data.ValidFrom,
        data.Prolongations is [.., var last] ? last.ValidTo : data.ValidTo, data.Deadlines?.Over(Vocabulary.Deadlines) ?? Vocabulary.Deadlines,
        data.Clauses ?? AgreementClauses.Statutory, data.Municipalities);
}

/// <summary>Which clauses can be named of a deviation, and which one a category belongs to.</summary>
public static class AgreementClauses
{
    /// <summary>The points of helse- og omsorgstjenesteloven § 6-2: the list of an agreement that has none of its own.</summary>
    public static IReadOnlyList<AgreementClause> Statutory { get; } =
        [.. Vocabulary.TermsOf("clauses").Select(t => new AgreementClause(t.Code, t.Code, t.Label, null, null, t.ValidFrom, t.ValidTo))];

    /// <summary>The list of an agreement, whatever the day; without an agreement there is no clause that could be broken.</summary>
    public static IReadOnlyList<AgreementClause> Of(string? community, string? agreement) => agreement is null ? []
        : HealthCommunities.Community(community)?.Agreements.FirstOrDefault(a => a.Code == agreement)?.Clauses ?? Statutory;

    /// <summary>True for a number that some agreement has, or the statute.</summary>
    public static bool IsKnown(string number) => Vocabulary.Clauses.ContainsKey(number)
        || HealthCommunities.All.Any(c => c.Agreements.Any(a => a.Clauses.Any(clause => clause.Number == number)));

    /// <summary>The clause with this number, as it is on a day; null when the agreement has none then.</summary>
    public static AgreementClause? Find(string? community, string? agreement, string? number, DateOnly day) =>
        Of(community, agreement).FirstOrDefault(c => c.Number == number && c.IsInForceOn(day));

    /// <summary>
    /// The point of the statute that judges a category's deviations of a day; null when the category has none, or the agreement has not then.
    /// </summary>
    public static string? OfCategory(string? community, string? agreement, string? category, DateOnly day) =>
        Vocabulary.ClauseOf(category, day) is { } point && Of(community, agreement).Any(c => c.Statutory == point && c.IsInForceOn(day)) ? point : null;
}

/// <summary>What a party is (<c>partyKinds</c> of the vocabulary).</summary>
public static class PartyKinds
{
#pragma warning disable CS1591 // the vocabulary explains each code
    public const string Trust = "trust", Municipality = "municipality", Gp = "gp", Private = "private";
#pragma warning restore CS1591
}

/// <summary>A trust or a municipality, one side of an agreement, or a provider that works for one.</summary>
public sealed class Party
{
    private readonly FrozenDictionary<string, CareUnit> _units;
    private readonly FrozenDictionary<string, CareUnit> _sites;

    internal Party(HealthCommunity community, string organizationNumber, string name, string? municipalityNumber, string? region,
        IReadOnlyList<CareUnit> units, string fallbackUnit)
    {
        (Community, OrganizationNumber, Name, MunicipalityNumber, Region, Units) = (community, organizationNumber, name, municipalityNumber, region, units);
        Kind = municipalityNumber is null ? PartyKinds.Trust : PartyKinds.Municipality;
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
    /// <summary>True for the hospital trust (helseforetak), and for a provider that works for it.</summary>
    public bool IsTrust => MunicipalityNumber is null;
    /// <summary>What it is: a code of <see cref="PartyKinds"/>.</summary>
    public string Kind { get; internal init; }
    /// <summary>Organisation number of the municipality or trust that a provider works for; null for those, and for one outside every community.</summary>
    public string? Under { get; internal init; }
    /// <summary>When it does not use Avvik; null: it does.</summary>
    public PeriodDocument? WithoutAvvik { get; internal init; }
    /// <summary>
    /// True when it answers its cases here on a day. Else the coordinator of whoever reports sends it a letter, and nobody of its own reads anything here.
    /// </summary>
    public bool UsesAvvikOn(DateOnly day) => WithoutAvvik?.Covers(day) != true;
    /// <summary>Organisation numbers that it had before.</summary>
    public IReadOnlyList<string> FormerOrganizationNumbers { get; internal init; } = [];
    /// <summary>Municipality numbers that it had before.</summary>
    public IReadOnlyList<FormerNumberDocument> FormerNumbers { get; internal init; } = [];
    /// <summary>First day on which it is no more; null: it exists.</summary>
    public DateOnly? EndedOn { get; internal init; }
    /// <summary>Organisation number of the party that has taken over.</summary>
    public string? Successor { get; internal init; }
    internal string UnitPrefix { get; init; } = "";
    internal IReadOnlyDictionary<string, SharedUnitDocument> SharedServices { get; init; } = FrozenDictionary<string, SharedUnitDocument>.Empty;
    /// <summary>Code of the unit that does a municipal service here on a day, its own or one that serves several: <c>3420-tildeling</c>.</summary>
    /// <param name="suffix">As a category names it (<see cref="Category.MunicipalService"/>).</param>
    /// <param name="day">Norwegian local date.</param>
    public string ServiceUnit(string suffix, DateOnly day) =>
        SharedServices.GetValueOrDefault(suffix) is { } shared && shared.ValidFrom <= day ? shared.Code : $"{UnitPrefix}-{suffix}";
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
    /// The cooperation agreement (helse- og omsorgstjenesteloven § 6-1) with another party on a day; null across health communities, between two that are no
    /// municipality and work for none, and when none is in force.
    /// </summary>
    public Agreement? AgreementWith(Party other, DateOnly day)
    {
        if (Community.Code != other.Community.Code || (IsTrust && other.IsTrust) || IsOutside || other.IsOutside) return null;
        // One that names the municipalities goes before one that is for all.
        string[] numbers = [.. new[] { MunicipalityNumber, other.MunicipalityNumber }.OfType<string>()];
        return Community.Agreements.Where(a => a.IsInForceOn(day) && (a.Municipalities is null || Array.TrueForAll(numbers, n => a.Municipalities.Contains(n))))
            .OrderBy(a => a.Municipalities is null).FirstOrDefault();
    }

    // Listed by the community, and none of its own.
    private bool IsOutside => IsTrust && Under is null && this != Community.Trust;

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
    // Since there have been agreements.
    private static readonly PeriodDocument s_always = new(new(2012, 1, 1));

    internal HealthCommunity(CommunityDocument data, ILookup<string, CareUnit> changes)
    {
        // What is not changed stands, and what is new comes after it.
        IReadOnlyList<CareUnit> Units(string organization, IEnumerable<CareUnit> seed) =>
            changes[organization].ToDictionary(u => u.Code, StringComparer.Ordinal) is { Count: > 0 } changed
            ? [.. seed.Select(u => changed.Remove(u.Code, out var now) ? Changed(u, now) : u), .. changed.Values.Select(u => Changed(null, u))]
            : [.. seed];
        // A change that says nothing of a mailbox leaves the document's, and an empty one takes it away.
        static CareUnit Changed(CareUnit? seed, CareUnit now) =>
            now with { Host = seed?.Host, Mailbox = (now.Mailbox ?? seed?.Mailbox) is { Length: > 0 } mailbox ? mailbox : null };
        (Document, Code, Name, Agreements) = (data, data.Code, data.Name, [.. data.Agreements.Select(Agreement.Of)]);
        Trust = new Party(this, data.Trust.OrganizationNumber, data.Trust.Name, null, null, Units(data.Trust.OrganizationNumber, data.Trust.Units),
            data.Trust.FallbackUnit)
        { FormerOrganizationNumbers = data.Trust.FormerOrganizationNumbers ?? [], WithoutAvvik = data.Trust.WithoutAvvik ?? data.WithoutAvvik };
        Regions = [.. data.Regions.Select(r => new Region(r.Code, r.Name, [.. r.Municipalities.Select(m => MunicipalityOf(m, r.Code))]))];
        var known = Regions.SelectMany(r => r.Municipalities).Prepend(Trust).ToDictionary(p => p.OrganizationNumber, StringComparer.Ordinal);
        Providers = [.. (data.Providers ?? []).Select(p => ProviderOf(p, p.Under is null ? null : known[p.Under]))];

        Party MunicipalityOf(MunicipalityDocument m, string region)
        {
            var prefix = m.UnitPrefix ?? m.Number;
            var shared = (data.SharedUnits ?? []).Where(u => u.Host == m.OrganizationNumber || u.Serves.Contains(m.OrganizationNumber)).ToList();
            // The unit of its own closes when the shared one begins, and what it had moves there.
            var own = data.MunicipalServices.Select(s => (s, Joint: shared.Find(u => u.Service == s.Suffix)))
                .Select(x => new CareUnit($"{prefix}-{x.s.Suffix}", $"{m.Name}: {x.s.Name}", [], x.Joint?.ValidFrom, x.Joint?.Code,
                    Mailbox: m.Mailboxes?.FirstOrDefault(b => b.Service == x.s.Suffix)?.Address));
            return new Party(this, m.OrganizationNumber, m.Name, m.Number, region, Units(m.OrganizationNumber, own.Concat(shared.Select(Shared))),
                $"{prefix}-{data.MunicipalFallbackSuffix}")
            {
                UnitPrefix = prefix,
                SharedServices = shared.ToDictionary(u => u.Service, StringComparer.Ordinal),
                FormerOrganizationNumbers = m.FormerOrganizationNumbers ?? [],
                FormerNumbers = m.FormerNumbers ?? [],
                EndedOn = m.EndedOn,
                Successor = m.Successor,
                WithoutAvvik = m.WithoutAvvik ?? data.WithoutAvvik,
            };
        }

        CareUnit Shared(SharedUnitDocument u)
        {
            var unit = new CareUnit(u.Code, u.Name, [], Host: u.Host, Mailbox: u.Mailbox);
            return changes[u.Host].FirstOrDefault(c => c.Code == u.Code) is { } now ? Changed(unit, now) : unit;
        }

        // Its one unit is its office; whoever it works for stands in for it in the figures.
        Party ProviderOf(ProviderDocument p, Party? under) => new(this, p.OrganizationNumber, p.Name, under?.MunicipalityNumber, under?.Region,
            Units(p.OrganizationNumber, [new CareUnit($"{p.OrganizationNumber}-kontor", p.Name, [], Mailbox: p.Mailbox)]), $"{p.OrganizationNumber}-kontor")
        {
            Kind = p.Kind,
            Under = p.Under,
            UnitPrefix = p.OrganizationNumber,
            EndedOn = p.EndedOn,
            Successor = p.EndedOn is null ? null : p.Under,
            WithoutAvvik = p.WithoutAvvik ?? (under is null ? s_always : under.WithoutAvvik),
        };
    }

    /// <summary>What it was made from.</summary>
    public CommunityDocument Document { get; }
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
    /// <summary>The agreement with all municipalities that is in force on a day, or null.</summary>
    public Agreement? AgreementOn(DateOnly day) => Agreements.FirstOrDefault(a => a.Municipalities is null && a.IsInForceOn(day));
    /// <summary>GPs and private providers.</summary>
    public IReadOnlyList<Party> Providers { get; }
    /// <summary>The trust, every municipality, and the providers under them.</summary>
    public IEnumerable<Party> Parties => Regions.SelectMany(r => r.Municipalities).Prepend(Trust).Concat(Providers);
    /// <summary>Code of the unit that runs one of the trust's own services, or null when it has none.</summary>
    /// <param name="service">As a category names it (<see cref="Category.TrustService"/>).</param>
    public string? TrustServiceUnit(string service) =>
        Document.Trust.Services is { } services ? services.FirstOrDefault(s => s.Service == service)?.Unit
            : Vocabulary.TrustServiceUnit(Code, service);
}

/// <summary>
/// The health communities with their parties and units, as they stand at one moment: those that ship in <c>health-communities.json</c> or were imported, and
/// the units that have been changed since. Immutable; a newer one takes its place.
/// </summary>
public sealed class CareDirectory
{
    private readonly FrozenDictionary<string, Party> _parties;
    private readonly FrozenDictionary<string, HealthCommunity> _byCode;
    private readonly FrozenDictionary<string, Party[]> _byNumber;
    private readonly FrozenDictionary<string, string[]> _numbersOf;
    private readonly Party[] _without;

    /// <summary>The directory after a change; what ships alone when there has been none.</summary>
    public CareDirectory(DirectoryPublished? published = null)
        : this(published?.Version ?? 1, published?.ReadCommunities() ?? HealthCommunities.Shipped, published?.Units ?? []) { }

    internal CareDirectory(int version, IReadOnlyList<CommunityDocument> communities, IReadOnlyList<DirectoryUnitState> units)
    {
        var changes = units.ToLookup(u => u.OrganizationNumber, u => new CareUnit(u.Code, u.Label, u.Sites, u.ClosedOn, u.Successor, u.Restricted,
            Mailbox: u.Mailbox), StringComparer.Ordinal);
        (Version, Changes, All) = (version, units, [.. communities.Select(c => new HealthCommunity(c, changes))]);
        var all = All.SelectMany(c => c.Parties).ToList();
        _without = [.. all.Where(p => p.WithoutAvvik is not null)];
        _parties = all.SelectMany(p => p.FormerOrganizationNumbers.Prepend(p.OrganizationNumber), (party, number) => (number, party))
            .DistinctBy(x => x.number).ToFrozenDictionary(x => x.number, x => x.party, StringComparer.Ordinal);
        _byCode = All.ToFrozenDictionary(c => c.Code, StringComparer.Ordinal);
        _byNumber = all.Where(p => p.Kind == PartyKinds.Municipality)
            .SelectMany(p => p.FormerNumbers.Select(n => n.Number).Prepend(p.MunicipalityNumber!), (party, number) => (number, party))
            .GroupBy(x => x.number, x => x.party, StringComparer.Ordinal).ToFrozenDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);
        _numbersOf = all.Select(p => (p.OrganizationNumber, All: Numbers(p).ToArray())).Where(x => x.All.Length > 1)
            .ToFrozenDictionary(x => x.OrganizationNumber, x => x.All, StringComparer.Ordinal);

        IEnumerable<string> Numbers(Party party) => all.Where(p => p.Successor == party.OrganizationNumber && p != party).SelectMany(Numbers)
            .Concat(party.FormerOrganizationNumbers).Prepend(party.OrganizationNumber);
    }

    /// <summary>1 is what ships; rises by one with each change.</summary>
    public int Version { get; }
    /// <summary>Units that were changed one by one.</summary>
    public IReadOnlyList<DirectoryUnitState> Changes { get; }
    /// <summary>Every community.</summary>
    public IReadOnlyList<HealthCommunity> All { get; }
    /// <summary>The party with this organisation number, now or before, or null.</summary>
    public Party? Party(string? organizationNumber) => organizationNumber is null ? null : _parties.GetValueOrDefault(organizationNumber);
    /// <summary>As <see cref="Party"/>; of one that has ended by the day, whoever has taken over.</summary>
    public Party? PartyOn(string? organizationNumber, DateOnly day)
    {
        var party = Party(organizationNumber);
        // A chain of mergers is short, and a file with a ring in it was refused.
        while (party is { EndedOn: { } ended, Successor: { } successor } && ended <= day && Party(successor) is { } next) party = next;
        return party;
    }

    /// <summary>False for a party that does not use Avvik on a day (<see cref="Contracts.Party.UsesAvvikOn"/>).</summary>
    public bool UsesAvvik(string organizationNumber, DateOnly day) => Party(organizationNumber)?.UsesAvvikOn(day) != false;

    /// <summary>Organisation numbers of the parties that do not use Avvik on a day.</summary>
    public string[] WithoutAvvikOn(DateOnly day) => [.. _without.Where(p => !p.UsesAvvikOn(day)).Select(p => p.OrganizationNumber)];

    /// <summary>Organisation numbers that a party's cases may have: its own, those it had before, and those of whom it has taken over.</summary>
    public string[] NumbersOf(string organizationNumber) =>
        Party(organizationNumber) is { } party ? _numbersOf.GetValueOrDefault(party.OrganizationNumber) ?? [party.OrganizationNumber] : [organizationNumber];

    /// <summary>The number that a municipality has now, from one that was its number on a day; null when none had it.</summary>
    public string? MunicipalityNumber(string number, DateOnly day)
    {
        foreach (var party in _byNumber.GetValueOrDefault(number) ?? [])
        {
            var isNow = party.MunicipalityNumber == number;
            if (isNow ? party.EndedOn is null || day < party.EndedOn : party.FormerNumbers.Any(n => n.Number == number && day <= n.LastDay))
                return party.EndedOn is null ? party.MunicipalityNumber : PartyOn(party.OrganizationNumber, DateOnly.MaxValue)!.MunicipalityNumber;
        }
        return _byNumber.ContainsKey(number) ? null : Municipalities.CurrentNumber(number, day);
    }

    /// <summary>The community with this code, or null.</summary>
    public HealthCommunity? Community(string? code) => code is null ? null : _byCode.GetValueOrDefault(code);
}

/// <summary>
/// The communities, their parties and agreements as this process last heard of them, for rules that have no directory at hand. Units are those of the
/// documents; for those that are, ask the <see cref="CareDirectory"/>.
/// </summary>
public static class HealthCommunities
{
    private static readonly Lock Following = new();
    // A misspelled deadline must not pass for the default.

    /// <summary>Those that ship.</summary>
    public static IReadOnlyList<CommunityDocument> Shipped { get; } = Read();

    private static CareDirectory _latest = new(1, Shipped, []);

    /// <summary>Every community.</summary>
    public static IReadOnlyList<HealthCommunity> All => Volatile.Read(ref _latest).All;

    /// <summary>The party with this organisation number, or null.</summary>
    public static Party? Party(string? organizationNumber) => Volatile.Read(ref _latest).Party(organizationNumber);

    /// <summary>The community with this code, or null.</summary>
    public static HealthCommunity? Community(string? code) => Volatile.Read(ref _latest).Community(code);

    /// <summary>
    /// Takes up communities that were imported. One that an undone import had brought stays known: nobody can tell whether a case still names it.
    /// </summary>
    public static void Follow(IReadOnlyList<CommunityDocument> communities)
    {
        lock (Following)
        {
            var known = _latest.All.ToDictionary(c => c.Code, c => c.Document, StringComparer.Ordinal);
            foreach (var community in communities) known[community.Code] = community;
            Volatile.Write(ref _latest, new(1, [.. known.Values], []));
        }
    }

    private static CommunityDocument[] Read()
    {
        using var stream = typeof(HealthCommunities).Assembly.GetManifestResourceStream("health-communities.json")!;
        return JsonSerializer.Deserialize(stream, CommunityJson.Default.CommunityDocumentArray)!;
    }
}
