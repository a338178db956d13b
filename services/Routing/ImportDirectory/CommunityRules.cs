using System.Text.RegularExpressions;
using Avvik.Contracts;
using Avvik.Hosting.FreeTexts;
using Avvik.Hosting.Problems;
using Avvik.IdentityDetection;

namespace Avvik.Routing.ImportDirectory;

/// <summary>Whether communities can take their place in the directory: each by itself, and all of them together.</summary>
internal sealed partial class CommunityRules(IReadOnlyList<CommunityDocument> imported, IReadOnlyList<CommunityDocument> before, FieldErrors errors)
{
    public const int MaxCommunities = 20;
    private const int MaxName = 200, MaxText = 8000, MaxDeadline = 1000;
    private static readonly string[] Kinds = [PartyKinds.Gp, PartyKinds.Private], KindsOutside = [PartyKinds.Trust, PartyKinds.Private];

    /// <summary>Reports everything that is wrong.</summary>
    public void Check()
    {
        var others = before.Where(b => imported.All(i => i.Code != b.Code)).ToList();
        var (numbers, units, agreements) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal),
            new HashSet<string>(StringComparer.Ordinal));
        foreach (var other in others)
        {
            foreach (var (number, _) in OrganizationNumbers(other, "")) numbers.Add(number);
            foreach (var (unit, _) in UnitCodes(other, "")) units.Add(unit);
            foreach (var agreement in other.Agreements) agreements.Add(agreement.Code);
        }
        foreach (var (index, community) in imported.Index())
        {
            var at = $"/communities/{index}";
            Unique(imported.Take(index).Any(c => c.Code == community.Code), $"{at}/code");
            foreach (var (number, pointer) in OrganizationNumbers(community, at))
            {
                if (!OrganizationNumber.IsValid(number)) errors.Add(pointer, FieldCodes.InvalidOrganizationNumber);
                Unique(!numbers.Add(number), pointer);
            }
            foreach (var (unit, pointer) in UnitCodes(community, at)) Unique(!units.Add(unit), pointer);
            foreach (var (number, agreement) in community.Agreements.Index())
                Unique(!agreements.Add(agreement.Code), $"{at}/agreements/{number}/code");
            CheckCommunity(community, at);
            if (before.FirstOrDefault(b => b.Code == community.Code) is { } known) CheckKept(known, community, at);
        }
    }

    private void CheckCommunity(CommunityDocument c, string at)
    {
        Code(c.Code, $"{at}/code");
        Name(c.Name, $"{at}/name");
        Name(c.Trust.Name, $"{at}/trust/name");
        CheckTrust(c.Trust, $"{at}/trust");
        Period(c.WithoutAvvik, at);
        Period(c.Trust.WithoutAvvik, $"{at}/trust");
        var municipalities = c.Regions.SelectMany(r => r.Municipalities).ToList();
        if (municipalities.Count == 0) errors.Add($"{at}/regions", FieldCodes.Required);
        var (regions, known) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var (index, region) in c.Regions.Index())
        {
            Code(region.Code, $"{at}/regions/{index}/code");
            Unique(!regions.Add(region.Code), $"{at}/regions/{index}/code");
            Name(region.Name, $"{at}/regions/{index}/name");
            foreach (var (number, m) in region.Municipalities.Index())
            {
                CheckMunicipality(m, municipalities, known, $"{at}/regions/{index}/municipalities/{number}");
                foreach (var (position, mailbox) in (m.Mailboxes ?? []).Index())
                {
                    var pointer = $"{at}/regions/{index}/municipalities/{number}/mailboxes/{position}";
                    if (c.MunicipalServices.All(s => s.Suffix != mailbox.Service)) errors.Add($"{pointer}/service", FieldCodes.UnknownUnit);
                    Unique(m.Mailboxes!.Take(position).Any(b => b.Service == mailbox.Service), $"{pointer}/service");
                    Mailbox(mailbox.Address, $"{pointer}/address");
                }
            }
        }
        var suffixes = c.MunicipalServices.Select(s => s.Suffix).ToHashSet(StringComparer.Ordinal);
        foreach (var (index, service) in c.MunicipalServices.Index())
        {
            Code(service.Suffix, $"{at}/municipalServices/{index}/suffix");
            Unique(c.MunicipalServices.Take(index).Any(s => s.Suffix == service.Suffix), $"{at}/municipalServices/{index}/suffix");
            Name(service.Name, $"{at}/municipalServices/{index}/name");
        }
        if (!suffixes.Contains(c.MunicipalFallbackSuffix)) errors.Add($"{at}/municipalFallbackSuffix", FieldCodes.UnknownUnit);
        foreach (var (index, agreement) in c.Agreements.Index()) CheckAgreement(agreement, c, known, $"{at}/agreements/{index}");
        var parties = municipalities.Select(m => m.OrganizationNumber).ToHashSet(StringComparer.Ordinal);
        foreach (var (index, provider) in (c.Providers ?? []).Index())
        {
            Name(provider.Name, $"{at}/providers/{index}/name");
            if (!(provider.Under is null ? KindsOutside : Kinds).Contains(provider.Kind, StringComparer.Ordinal))
                errors.Add($"{at}/providers/{index}/kind", FieldCodes.UnknownCode);
            Mailbox(provider.Mailbox, $"{at}/providers/{index}/mailbox");
            Period(provider.WithoutAvvik, $"{at}/providers/{index}");
            if (provider.Under is not null && provider.Under != c.Trust.OrganizationNumber && !parties.Contains(provider.Under))
                errors.Add($"{at}/providers/{index}/under", FieldCodes.UnknownOrganization);
        }
        foreach (var (index, shared) in (c.SharedUnits ?? []).Index())
        {
            Name(shared.Name, $"{at}/sharedUnits/{index}/name");
            Mailbox(shared.Mailbox, $"{at}/sharedUnits/{index}/mailbox");
            if (!suffixes.Contains(shared.Service) || shared.Service == c.MunicipalFallbackSuffix)
                errors.Add($"{at}/sharedUnits/{index}/service", FieldCodes.UnknownUnit);
            if (!parties.Contains(shared.Host)) errors.Add($"{at}/sharedUnits/{index}/host", FieldCodes.UnknownOrganization);
            foreach (var (number, served) in shared.Serves.Index())
            {
                if (!parties.Contains(served)) errors.Add($"{at}/sharedUnits/{index}/serves/{number}", FieldCodes.UnknownOrganization);
                // One unit does a service for a municipality.
                var isServed = c.SharedUnits!.Take(index).Any(u => u.Service == shared.Service && (u.Host == served || u.Serves.Contains(served)));
                Unique(served == shared.Host || isServed, $"{at}/sharedUnits/{index}/serves/{number}");
            }
        }
    }

    private void CheckTrust(TrustDocument trust, string at)
    {
        var (codes, sites) = (trust.Units.Select(u => u.Code).ToHashSet(StringComparer.Ordinal), new HashSet<string>(StringComparer.OrdinalIgnoreCase));
        foreach (var (index, unit) in trust.Units.Index())
        {
            Name(unit.Name, $"{at}/units/{index}/name");
            Mailbox(unit.Mailbox, $"{at}/units/{index}/mailbox");
            foreach (var (number, site) in (unit.Sites ?? []).Index())
            {
                Name(site, $"{at}/units/{index}/sites/{number}");
                if (unit.ClosedOn is null && !sites.Add(site.Trim())) errors.Add($"{at}/units/{index}/sites/{number}", FieldCodes.SiteTaken);
            }
            if (unit.Successor is { } successor && (unit.ClosedOn is null || successor == unit.Code || !codes.Contains(successor)))
                errors.Add($"{at}/units/{index}/successor", FieldCodes.UnknownUnit);
            if (unit.Host is not null) errors.Add($"{at}/units/{index}/host", FieldCodes.ReadOnly);
        }
        if (trust.Units.FirstOrDefault(u => u.Code == trust.FallbackUnit) is not { } fallback) errors.Add($"{at}/fallbackUnit", FieldCodes.UnknownUnit);
        else if (fallback.ClosedOn is not null) errors.Add($"{at}/fallbackUnit", FieldCodes.FallbackUnit);
        foreach (var (index, service) in (trust.Services ?? []).Index())
        {
            Code(service.Service, $"{at}/services/{index}/service");
            if (!codes.Contains(service.Unit)) errors.Add($"{at}/services/{index}/unit", FieldCodes.UnknownUnit);
        }
    }

    private void CheckMunicipality(MunicipalityDocument m, List<MunicipalityDocument> all, HashSet<string> known, string at)
    {
        Name(m.Name, $"{at}/name");
        Period(m.WithoutAvvik, at);
        if (!MunicipalityNumber().IsMatch(m.Number)) errors.Add($"{at}/number", FieldCodes.InvalidMunicipality);
        Unique(m.EndedOn is null && !known.Add(m.Number), $"{at}/number");
        if (m.UnitPrefix is { } prefix) Code(prefix, $"{at}/unitPrefix");
        foreach (var (index, former) in (m.FormerNumbers ?? []).Index())
            if (!MunicipalityNumber().IsMatch(former.Number) || former.Number == m.Number)
                errors.Add($"{at}/formerNumbers/{index}/number", FieldCodes.InvalidMunicipality);
        if (m.EndedOn is null != m.Successor is null) errors.Add($"{at}/{(m.EndedOn is null ? "endedOn" : "successor")}", FieldCodes.Required);
        if (m.Successor is not { } successor) return;
        if (successor == m.OrganizationNumber || all.Find(o => o.OrganizationNumber == successor) is not { } next)
            errors.Add($"{at}/successor", FieldCodes.UnknownOrganization);
        // Who takes over exists on that day, so no chain comes back to where it began.
        else if (next.EndedOn <= m.EndedOn) errors.Add($"{at}/successor", FieldCodes.EndsBeforeItBegins);
    }

    private void CheckAgreement(AgreementDocument a, CommunityDocument c, HashSet<string> numbers, string at)
    {
        Code(a.Code, $"{at}/code");
        Name(a.Name, $"{at}/name");
        if (a.ValidTo < a.ValidFrom) errors.Add($"{at}/validTo", FieldCodes.EndsBeforeItBegins);
        foreach (var (index, prolongation) in (a.Prolongations ?? []).Index())
        {
            Text(prolongation.Reason, $"{at}/prolongations/{index}/reason");
            if (prolongation.ValidTo <= (index == 0 ? a.ValidTo ?? DateOnly.MaxValue : a.Prolongations![index - 1].ValidTo))
                errors.Add($"{at}/prolongations/{index}/validTo", FieldCodes.EndsBeforeItBegins);
        }
        foreach (var (index, number) in (a.Municipalities ?? []).Index())
            if (!numbers.Contains(number)) errors.Add($"{at}/municipalities/{index}", FieldCodes.InvalidMunicipality);
        foreach (var other in c.Agreements.TakeWhile(o => o != a))
            if (a.ValidFrom <= LastDay(other) && other.ValidFrom <= LastDay(a) && (a.Municipalities is null) == (other.Municipalities is null)
                && (a.Municipalities?.Intersect(other.Municipalities!).Any() ?? true)) errors.Add($"{at}/validFrom", FieldCodes.OverlapsOther);
        Text(a.Note, $"{at}/note");
        foreach (var (name, value) in a.Deadlines?.Numbers() ?? [])
            if (value is < 0 or > MaxDeadline) errors.Add($"{at}/deadlines/{name}", FieldCodes.InvalidValue);
        if (a.Deadlines?.ReminderPercent?.Any(p => p is < 1 or > 100) == true) errors.Add($"{at}/deadlines/reminderPercent", FieldCodes.InvalidValue);
        if (a.Clauses is { Count: 0 }) errors.Add($"{at}/clauses", FieldCodes.Required);
        foreach (var (index, clause) in (a.Clauses ?? []).Index())
        {
            var pointer = $"{at}/clauses/{index}";
            if (!ClauseNumber().IsMatch(clause.Number)) errors.Add($"{pointer}/number", FieldCodes.InvalidCode);
            if (clause.Statutory is { } point && !Vocabulary.Clauses.ContainsKey(point)) errors.Add($"{pointer}/statutory", FieldCodes.UnknownCode);
            Name(clause.Title, $"{pointer}/title");
            Text(clause.Text, $"{pointer}/text");
            Text(clause.PatientSummary, $"{pointer}/patientSummary");
            if (clause.ValidTo < clause.ValidFrom) errors.Add($"{pointer}/validTo", FieldCodes.EndsBeforeItBegins);
            if (a.Clauses!.Take(index).Any(o => o.Number == clause.Number && (clause.ValidFrom ?? DateOnly.MinValue) <= (o.ValidTo ?? DateOnly.MaxValue)
                && (o.ValidFrom ?? DateOnly.MinValue) <= (clause.ValidTo ?? DateOnly.MaxValue))) errors.Add($"{pointer}/number", FieldCodes.OverlapsOther);
        }
    }

    /// <summary>Cases name parties, units and agreements: one that was there stays, with its last day.</summary>
    private void CheckKept(CommunityDocument before, CommunityDocument after, string at)
    {
        if (before.Trust.OrganizationNumber != after.Trust.OrganizationNumber
            && after.Trust.FormerOrganizationNumbers?.Contains(before.Trust.OrganizationNumber) != true)
            errors.Add($"{at}/trust/organizationNumber", FieldCodes.MustBeKept);
        var (numbers, units) = (OrganizationNumbers(after, at).Select(n => n.Number).ToHashSet(), UnitCodes(after, at).Select(u => u.Code).ToHashSet());
        foreach (var (number, pointer) in OrganizationNumbers(before, at))
            if (!numbers.Contains(number)) errors.Add(pointer[..pointer.LastIndexOf('/')], FieldCodes.MustBeKept);
        foreach (var (unit, pointer) in UnitCodes(before, at))
            if (!units.Contains(unit)) errors.Add(pointer[..pointer.LastIndexOf('/')], FieldCodes.MustBeKept);
        foreach (var (index, agreement) in before.Agreements.Index())
            if (after.Agreements.All(a => a.Code != agreement.Code)) errors.Add($"{at}/agreements/{index}", FieldCodes.MustBeKept);
    }

    /// <summary>Every organisation number that belongs to a party of the community.</summary>
    public static IEnumerable<(string Number, string Pointer)> OrganizationNumbers(CommunityDocument c, string at) =>
    [
        (c.Trust.OrganizationNumber, $"{at}/trust/organizationNumber"),
        .. (c.Trust.FormerOrganizationNumbers ?? []).Index().Select(n => (n.Item, $"{at}/trust/formerOrganizationNumbers/{n.Index}")),
        .. c.Regions.Index().SelectMany(r => r.Item.Municipalities.Index().SelectMany(m =>
            (m.Item.FormerOrganizationNumbers ?? []).Index()
                .Select(n => (n.Item, $"{at}/regions/{r.Index}/municipalities/{m.Index}/formerOrganizationNumbers/{n.Index}"))
                .Prepend((m.Item.OrganizationNumber, $"{at}/regions/{r.Index}/municipalities/{m.Index}/organizationNumber")))),
        .. (c.Providers ?? []).Index().Select(p => (p.Item.OrganizationNumber, $"{at}/providers/{p.Index}/organizationNumber")),
    ];

    /// <summary>Every unit's code that the document itself gives; those of municipalities follow from their prefixes.</summary>
    public static IEnumerable<(string Code, string Pointer)> UnitCodes(CommunityDocument c, string at) =>
    [
        .. c.Trust.Units.Index().Select(u => (u.Item.Code, $"{at}/trust/units/{u.Index}/code")),
        .. c.Regions.Index().SelectMany(r => r.Item.Municipalities.Index().SelectMany(m => c.MunicipalServices
            .Select(s => ($"{m.Item.UnitPrefix ?? m.Item.Number}-{s.Suffix}", $"{at}/regions/{r.Index}/municipalities/{m.Index}/unitPrefix")))),
        .. (c.SharedUnits ?? []).Index().Select(u => (u.Item.Code, $"{at}/sharedUnits/{u.Index}/code")),
    ];

    private static DateOnly LastDay(AgreementDocument a) => (a.Prolongations is [.., var last] ? last.ValidTo : a.ValidTo) ?? DateOnly.MaxValue;

    private void Unique(bool isRepeated, string pointer)
    {
        if (isRepeated && !errors.Has(pointer)) errors.Add(pointer, FieldCodes.Repeated);
    }

    private void Code(string code, string pointer)
    {
        if (!CodePattern().IsMatch(code)) errors.Add(pointer, FieldCodes.InvalidCode);
    }

    private void Period(PeriodDocument? period, string at)
    {
        if (period?.ValidTo < period?.ValidFrom) errors.Add($"{at}/withoutAvvik/validTo", FieldCodes.EndsBeforeItBegins);
    }

    private void Mailbox(string? address, string pointer)
    {
        if (address is not null && !EmailAddress.IsPublic(address)) errors.Add(pointer, FieldCodes.InvalidEmail);
    }

    private void Name(string name, string pointer) => FreeText.Check(name, pointer, MaxName, errors);

    private void Text(string? text, string pointer) => FreeText.CheckOptional(text, pointer, MaxText, errors);

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,59}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CodePattern();
    [GeneratedRegex("^[0-9]{4}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MunicipalityNumber();
    [GeneratedRegex(@"^[0-9A-Za-z][0-9A-Za-z.\-]{0,19}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ClauseNumber();
}
