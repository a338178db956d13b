using Avvik.Contracts;

namespace Avvik.Statistics.Figures;

/// <summary>Something to count by, and to choose what is counted by.</summary>
/// <param name="Name">In the API.</param>
/// <param name="Column">Of <c>facts</c>: goes into the SQL, so it never comes from a caller.</param>
/// <param name="Knows">Whether a value asked for exists at all: a misspelled one must not read as «none».</param>
/// <param name="Refusal">What is said when it does not.</param>
internal sealed record Dimension(string Name, string Column, Func<CareDirectory, string, bool> Knows, string Refusal = "unknownCode")
{
    /// <summary>The one that a deviation can have several of.</summary>
    public const string PatientGroup = "patientGroup";

    public static IReadOnlyList<Dimension> All { get; } =
    [
        new("community", "community", (directory, code) => directory.Community(code) is not null),
        new("region", "region", (directory, code) => directory.All.Any(c => c.Regions.Any(r => r.Code == code))),
        new("municipality", "municipality", (directory, number) => directory.All.Any(c => c.Parties.Any(p => p.MunicipalityNumber == number))),
        new("unit", "unit", (directory, code) => directory.All.Any(c => c.Parties.Any(p => p.Unit(code) is not null))),
        new("direction", "direction", (_, code) => Vocabulary.Directions.ContainsKey(code)),
        new("category", "category", (_, code) => Vocabulary.Categories.ContainsKey(code)),
        new("clause", "clause", (_, code) => Vocabulary.Clauses.ContainsKey(code)),
        new("kind", "kind", (_, code) => Vocabulary.Kinds.ContainsKey(code)),
        new(PatientGroup, "patient_groups", (_, code) => Vocabulary.PatientGroups.ContainsKey(code)),
        new("harm", "actual_harm", (_, code) => Vocabulary.Harm.ContainsKey(code)),
        new("state", "state", (_, code) => Vocabulary.CaseStates.ContainsKey(code)),
        new("quarter", "quarter", (_, value) => IsQuarter(value), "invalidValue"),
    ];

    public static Dimension? Named(string name) => All.FirstOrDefault(d => d.Name == name);

    private static bool IsQuarter(string value) =>
        value is [var a, var b, var c, var d, '-', 'Q', >= '1' and <= '4'] && char.IsAsciiDigit(a) && char.IsAsciiDigit(b) && char.IsAsciiDigit(c) && char.IsAsciiDigit(d);
}
