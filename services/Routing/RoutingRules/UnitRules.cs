using Avvik.Client;
using Avvik.Contracts;

namespace Avvik.Routing.RoutingRules;

/// <summary>The rules that a party has set for itself, and their version; without any, version 1.</summary>
internal sealed record PartyRules(int Version, IReadOnlyList<RoutingRule> Rules)
{
    public static readonly PartyRules None = new(1, []);
}

/// <summary>Whose a case is within the respondent's party. The last rule always has an answer, so nothing is ever unrouted.</summary>
internal static class UnitRules
{
    public static (CareUnit Unit, RoutingDecision Decision) Decide(DeviationFacts facts, string? coordinatorsUnit, CareDirectory directory, PartyRules rules,
        DateOnly today)
    {
        var party = directory.Party(facts.RespondentOrganization) ?? throw new InvalidOperationException("The respondent is not in the directory.");
        var category = facts.Category is null ? null : Vocabulary.Categories.GetValueOrDefault(facts.Category);
        var service = party.IsTrust
            ? category?.TrustService is { } name ? party.Community.TrustServiceUnit(name) : null
            : category?.MunicipalService is { } suffix ? party.ServiceUnit(suffix, today) : null;
        // A unit that has closed is none: the next rule decides.
        CareUnit? Open(string? code) => party.Unit(code) is { } unit && unit.IsOpenOn(today) ? unit : null;
        return party switch
        {
            _ when Open(coordinatorsUnit) is { } unit => (unit, new("coordinator", rules.Version)),
            _ when Open(facts.RespondentUnit) is { } unit => (unit, new("respondentUnit", rules.Version)),
            _ when Open(rules.Rules.FirstOrDefault(r => Matches(r, facts) && Open(r.Unit) is not null)?.Unit) is { } unit =>
                (unit, new("partyRule", rules.Version)),
            _ when Open(service) is { } unit => (unit, new("categoryService", rules.Version)),
            _ when Open(party.Site(facts.RespondentSite)?.Unit.Code) is { } unit => (unit, new("site", rules.Version)),
            _ => (party.FallbackUnit, new("fallback", rules.Version)),
        };
    }

    public static bool Matches(RoutingRule rule, DeviationFacts facts) =>
        (rule.Category is null || rule.Category == facts.Category) && (rule.Kind is null || rule.Kind == facts.Kind)
        && (rule.ActualHarm is null || rule.ActualHarm == facts.ActualHarm)
            && (rule.Site is null || string.Equals(rule.Site, facts.RespondentSite, StringComparison.OrdinalIgnoreCase));

    /// <summary>True when an earlier rule takes all that a later one could: the later one never decides anything.</summary>
    public static bool Swallows(RoutingRule earlier, RoutingRule later) =>
        (earlier.Category is null || earlier.Category == later.Category) && (earlier.Kind is null || earlier.Kind == later.Kind)
        && (earlier.ActualHarm is null || earlier.ActualHarm == later.ActualHarm)
            && (earlier.Site is null || string.Equals(earlier.Site, later.Site, StringComparison.OrdinalIgnoreCase));
}
