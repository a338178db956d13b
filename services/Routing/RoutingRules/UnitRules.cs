using Avvik.Client;
using Avvik.Contracts;

namespace Avvik.Routing.RoutingRules;

/// <summary>Whose a case is within the respondent's party. The last rule always has an answer, so nothing is ever unrouted.</summary>
internal static class UnitRules
{
    public const int Version = 1;

    public static (CareUnit Unit, RoutingDecision Decision) Decide(DeviationFacts facts, string? coordinatorsUnit)
    {
        var party = HealthCommunities.Party(facts.RespondentOrganization) ?? throw new InvalidOperationException("The respondent is not in the directory.");
        var category = facts.Category is null ? null : Vocabulary.Categories.GetValueOrDefault(facts.Category);
        var service = party.IsTrust
            ? category?.TrustService is { } name ? Vocabulary.TrustServiceUnit(party.Community.Code, name) : null
            : category?.MunicipalService is { } suffix ? $"{party.MunicipalityNumber}-{suffix}" : null;
        return party switch
        {
            _ when party.Unit(coordinatorsUnit) is { } unit => (unit, new("coordinator", Version)),
            _ when party.Unit(facts.RespondentUnit) is { } unit => (unit, new("respondentUnit", Version)),
            _ when party.Unit(service) is { } unit => (unit, new("categoryService", Version)),
            _ when party.Site(facts.RespondentSite) is { } site => (site.Unit, new("site", Version)),
            _ => (party.FallbackUnit, new("fallback", Version)),
        };
    }
}
