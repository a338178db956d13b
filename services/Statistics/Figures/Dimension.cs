using System.Collections.Frozen;
using Avvik.Contracts;

namespace Avvik.Statistics.Figures;

/// <summary>Something to count by, and to choose what is counted by.</summary>
/// <param name="Name">In the API.</param>
/// <param name="Column">Of <c>facts</c>: goes into the SQL, so it never comes from a caller.</param>
/// <param name="Knows">Whether a value asked for exists at all: a misspelled one must not read as «none».</param>
/// <param name="Refusal">What is said when it does not.</param>
internal sealed record Dimension(string Name, string Column, Func<string, bool> Knows, string Refusal = "unknownCode")
{
    /// <summary>The one that a deviation can have several of.</summary>
    public const string PatientGroup = "patientGroup";

    private static readonly FrozenSet<string> Regions = HealthCommunities.All.SelectMany(c => c.Regions, (_, r) => r.Code).ToFrozenSet(StringComparer.Ordinal);
    private static readonly FrozenSet<string> Municipalities = HealthCommunities.All.SelectMany(c => c.Parties).Select(p => p.MunicipalityNumber).OfType<string>().ToFrozenSet(StringComparer.Ordinal);
    private static readonly FrozenSet<string> Units = HealthCommunities.All.SelectMany(c => c.Parties).SelectMany(p => p.Units, (_, u) => u.Code).ToFrozenSet(StringComparer.Ordinal);

    public static IReadOnlyList<Dimension> All { get; } =
    [
        new("community", "community", code => HealthCommunities.Community(code) is not null),
        new("region", "region", Regions.Contains),
        new("municipality", "municipality", Municipalities.Contains),
        new("unit", "unit", Units.Contains),
        new("direction", "direction", Vocabulary.Directions.ContainsKey),
        new("category", "category", Vocabulary.Categories.ContainsKey),
        new("clause", "clause", Vocabulary.Clauses.ContainsKey),
        new("kind", "kind", Vocabulary.Kinds.ContainsKey),
        new(PatientGroup, "patient_groups", Vocabulary.PatientGroups.ContainsKey),
        new("harm", "actual_harm", Vocabulary.Harm.ContainsKey),
        new("state", "state", Vocabulary.CaseStates.ContainsKey),
        new("quarter", "quarter", IsQuarter, "invalidValue"),
    ];

    public static Dimension? Named(string name) => All.FirstOrDefault(d => d.Name == name);

    private static bool IsQuarter(string value) =>
        value is [var a, var b, var c, var d, '-', 'Q', >= '1' and <= '4'] && char.IsAsciiDigit(a) && char.IsAsciiDigit(b) && char.IsAsciiDigit(c) && char.IsAsciiDigit(d);
}
