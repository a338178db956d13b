using System.Collections.Frozen;
using Avvik.Contracts;
using Avvik.Statistics.Facts;

namespace Avvik.Statistics.Figures;

/// <summary>Something to count by, and to choose what is counted by.</summary>
/// <param name="Name">In the API.</param>
/// <param name="Column">Of <c>facts</c>.</param>
/// <param name="Knows">Whether a value asked for exists at all: a misspelled one must not read as «none».</param>
/// <param name="Refusal">What is said when it does not.</param>
internal sealed record Dimension(string Name, Column Column, Func<string, bool> Knows, string Refusal = "unknownCode")
{
    /// <summary>True for those that a deviation can have several values of.</summary>
    public bool IsSet => Column is Column.PatientGroups or Column.Causes;

    private static readonly FrozenSet<string> Regions = HealthCommunities.All.SelectMany(c => c.Regions, (_, r) => r.Code).ToFrozenSet(StringComparer.Ordinal);
    private static readonly FrozenSet<string> Municipalities = HealthCommunities.All.SelectMany(c => c.Parties).Select(p => p.MunicipalityNumber).OfType<string>().ToFrozenSet(StringComparer.Ordinal);
    private static readonly FrozenSet<string> Units = HealthCommunities.All.SelectMany(c => c.Parties).SelectMany(p => p.Units, (_, u) => u.Code).ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Agreements = HealthCommunities.All.SelectMany(c => c.Agreements, (_, a) => a.Code).ToFrozenSet(StringComparer.Ordinal);

    public static IReadOnlyList<Dimension> All { get; } =
    [
        new("community", Column.Community, code => HealthCommunities.Community(code) is not null),
        new("region", Column.Region, Regions.Contains),
        new("municipality", Column.Municipality, Municipalities.Contains),
        new("unit", Column.Unit, Units.Contains),
        new("direction", Column.Direction, Vocabulary.Directions.ContainsKey),
        new("respondent", Column.Respondent, number => HealthCommunities.Party(number) is not null, "unknownOrganization"),
        new("agreement", Column.Agreement, Agreements.Contains),
        new("category", Column.Category, Vocabulary.Categories.ContainsKey),
        new("clause", Column.Clause, Vocabulary.Clauses.ContainsKey),
        new("kind", Column.Kind, Vocabulary.Kinds.ContainsKey),
        new("patientGroup", Column.PatientGroups, Vocabulary.PatientGroups.ContainsKey),
        new("harm", Column.ActualHarm, Vocabulary.Harm.ContainsKey),
        new("cause", Column.Causes, Vocabulary.ContributingFactors.ContainsKey),
        new("state", Column.State, Vocabulary.CaseStates.ContainsKey),
        new("quarter", Column.Quarter, IsQuarter, "invalidValue"),
    ];

    public static Dimension? Named(string name) => All.FirstOrDefault(d => d.Name == name);

    private static bool IsQuarter(string value) =>
        value is [var a, var b, var c, var d, '-', 'Q', >= '1' and <= '4'] && char.IsAsciiDigit(a) && char.IsAsciiDigit(b) && char.IsAsciiDigit(c) && char.IsAsciiDigit(d);
}
