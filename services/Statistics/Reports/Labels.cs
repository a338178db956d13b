using Avvik.Contracts;

namespace Avvik.Statistics.Reports;

/// <summary>The bokmål word of what a row counts.</summary>
internal static class Labels
{
    public static string Of(string table, string? code, HealthCommunity community) => (code is null ? null : table switch
    {
        "direction" => Term(Vocabulary.Directions, code),
        "region" => community.Regions.FirstOrDefault(r => r.Code == code)?.Name,
        "municipality" => community.Parties.FirstOrDefault(p => p.MunicipalityNumber == code)?.Name,
        "unit" => Unit(code, community),
        "clause" => Vocabulary.Clauses.TryGetValue(code, out var clause) ? $"{code} {clause.Label}" : null,
        "category" => Vocabulary.Categories.GetValueOrDefault(code)?.Label,
        "kind" => Term(Vocabulary.Kinds, code),
        "patientGroup" => Term(Vocabulary.PatientGroups, code),
        "harm" => Term(Vocabulary.Harm, code),
        "cause" => Term(Vocabulary.ContributingFactors, code),
        "hopPair" => string.Join(" → ", code.Split('>').Select(unit => Unit(unit, community) ?? unit)),
        "status" => Texts.Report($"row{char.ToUpperInvariant(code[0])}{code[1..]}"),
        _ => null,
    }) ?? code ?? Texts.Report("rowNotGiven");

    /// <summary>The name of a party or a unit.</summary>
    public static string Of(string subject, HealthCommunity community) =>
        community.Parties.FirstOrDefault(p => p.OrganizationNumber == subject)?.Name ?? Unit(subject, community) ?? subject;

    /// <summary>«3. kvartal 2026», or the year.</summary>
    public static string Period(string period) => period.Split("-Q") is [var year, var quarter] ? Texts.Report("quarterOfYear", quarter, year) : period;

    private static string? Unit(string code, HealthCommunity community) => community.Parties.Select(p => p.Unit(code)).FirstOrDefault(u => u is not null)?.Name;

    private static string? Term(IReadOnlyDictionary<string, VocabularyTerm> terms, string code) => terms.GetValueOrDefault(code)?.Label;
}
