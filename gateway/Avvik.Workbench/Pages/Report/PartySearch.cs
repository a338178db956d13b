using System.Globalization;
using System.Text;
using Avvik.Workbench.Access;
using Avvik.Workbench.Gateway;

namespace Avvik.Workbench.Pages.Report;

/// <summary>Somebody a deviation may concern: a municipality, a trust, or a place of a trust.</summary>
/// <param name="Value">As the form sends it.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Detail">Whose it is, and its numbers.</param>
public sealed record PartyChoice(string Value, string Name, string Detail);

/// <summary>What a search shows.</summary>
/// <param name="Choices">What was found, after the party that is chosen already where that was not.</param>
/// <param name="Found">False when nothing was found.</param>
internal sealed record PartyMatches(IReadOnlyList<PartyChoice> Choices, bool Found);

/// <summary>Finds the other party by what people know of it: name, municipality number, place, organisation number.</summary>
internal static class PartySearch
{
    public const int Most = 8;

    public static PartyMatches Find(PlaceNames places, Me me, string? typed, IReadOnlyList<string> latest, string? chosen, StringComparer sorting)
    {
        var all = All(places, me).ToList();
        var words = Plain(typed ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var community = places.CommunityOf(me.Organization)?.Code;
        var found = all.Where(c => Array.TrueForAll(words, w => c.Searched.Contains(w, StringComparison.Ordinal)))
            .OrderBy(c => latest.IndexOf(c.Choice.Value) is >= 0 and var at ? at : int.MaxValue)
            .ThenBy(c => c.Community == community ? 0 : 1)
            .ThenBy(c => words.Length > 0 && Plain(c.Choice.Name).StartsWith(words[0], StringComparison.Ordinal) ? 0 : 1)
            // A place says more than its trust does.
            .ThenBy(c => c.Choice.Value.Contains('|', StringComparison.Ordinal) ? 0 : 1)
            .ThenBy(c => c.Choice.Name, sorting)
            .Select(c => c.Choice).Take(Most).ToList();
        // What is chosen stays, whatever is typed afterwards.
        return all.Find(c => c.Choice.Value == chosen) is { } kept && !found.Contains(kept.Choice)
            ? new([kept.Choice, .. found], found.Count > 0)
            : new(found, found.Count > 0);
    }

    public static PartyChoice? Chosen(PlaceNames places, Me me, string? value) => All(places, me).FirstOrDefault(c => c.Choice.Value == value)?.Choice;

    private sealed record Candidate(PartyChoice Choice, string Community, string Searched);

    private static int IndexOf(this IReadOnlyList<string> list, string value)
    {
        for (var at = 0; at < list.Count; at++)
            if (list[at] == value) return at;
        return -1;
    }

    private static IEnumerable<Candidate> All(PlaceNames places, Me me)
    {
        foreach (var community in places.Directory.Communities)
        {
            var trust = community.Trust;
            if (trust.OrganizationNumber != me.Organization)
            {
                yield return new(new(trust.OrganizationNumber, trust.Name, trust.OrganizationNumber), community.Code,
                    Plain($"{trust.Name} {trust.OrganizationNumber} {community.Name}"));
                foreach (var unit in trust.Units.Where(u => u.ClosedOn is null))
                    foreach (var site in unit.Sites)
                        yield return new(new($"{trust.OrganizationNumber}|{site}", site, $"{trust.Name}, {unit.Name}"), community.Code,
                            Plain($"{site} {trust.Name} {unit.Name} {trust.OrganizationNumber}"));
            }
            foreach (var (region, municipality) in community.Regions.SelectMany(r => r.Municipalities, (r, m) => (r, m))
                .Where(x => x.m.OrganizationNumber != me.Organization))
                yield return new(new(municipality.OrganizationNumber, $"{municipality.Name} kommune", $"{region.Name}, {municipality.Number}"), community.Code,
                    Plain($"{municipality.Name} kommune {municipality.Number} {municipality.OrganizationNumber} {region.Name}"));
            foreach (var provider in community.Providers.Where(p => p.OrganizationNumber != me.Organization))
                yield return new(new(provider.OrganizationNumber, provider.Name,
                    provider.Under is null ? provider.OrganizationNumber : places.Party(provider.Under)), community.Code,
                    Plain($"{provider.Name} {provider.OrganizationNumber} {places.Party(provider.Under)}"));
        }
    }

    // Small letters without marks: «Kárášjohka» is found by «karasjohka», and by itself in either of Unicode's forms.
    private static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var c in text.Trim().ToLowerInvariant().Normalize(NormalizationForm.FormD))
            if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
                plain.Append(c is 'đ' ? 'd' : c is 'ŋ' ? 'n' : c is 'ŧ' ? 't' : c is '-' ? ' ' : c);
        return plain.ToString();
    }
}
