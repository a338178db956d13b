using Avvik.Contracts;
using Avvik.Statistics.Facts;

namespace Avvik.Statistics.Figures;

/// <summary>Something to count by, and to choose what is counted by.</summary>
/// <param name="Name">In the API.</param>
/// <param name="Column">Of <c>facts</c>.</param>
/// <param name="Knows">Whether a value asked for exists at all: a misspelled one must not read as «none».</param>
/// <param name="Refusal">What is said when it does not.</param>
internal sealed record Dimension(string Name, Column Column, Func<CareDirectory, string, bool> Knows, string Refusal = "unknownCode")
{
    /// <summary>True for those that a deviation can have several values of.</summary>
    public bool IsSet => Column is Column.PatientGroups or Column.Causes or Column.HopPairs;

    public static IReadOnlyList<Dimension> All { get; } =
    [
        new("community", Column.Community, (directory, code) => directory.Community(code) is not null),
        new("region", Column.Region, (directory, code) => directory.All.Any(c => c.Regions.Any(r => r.Code == code))),
        new("municipality", Column.Municipality, (directory, number) => directory.All.Any(c => c.Parties.Any(p => p.MunicipalityNumber == number))),
        new("unit", Column.Unit, IsUnit),
        new("direction", Column.Direction, (_, code) => Vocabulary.Directions.ContainsKey(code)),
        new("respondent", Column.Respondent, (directory, number) => directory.Party(number) is not null, "unknownOrganization"),
        new("agreement", Column.Agreement, (directory, code) => directory.All.Any(c => c.Agreements.Any(a => a.Code == code))),
        new("category", Column.Category, (_, code) => Vocabulary.Categories.ContainsKey(code)),
        new("clause", Column.Clause, (_, code) => Vocabulary.Clauses.ContainsKey(code)),
        new("kind", Column.Kind, (_, code) => Vocabulary.Kinds.ContainsKey(code)),
        new("patientGroup", Column.PatientGroups, (_, code) => Vocabulary.PatientGroups.ContainsKey(code)),
        new("harm", Column.ActualHarm, (_, code) => Vocabulary.Harm.ContainsKey(code)),
        new("cause", Column.Causes, (_, code) => Vocabulary.ContributingFactors.ContainsKey(code)),
        // Which unit sent it on to which, wrongly given: «si-tynset>si-habilitering».
        new("hopPair", Column.HopPairs, (directory, pair) => pair.Split('>') is [var from, var to] && IsUnit(directory, from) && IsUnit(directory, to)),
        new("state", Column.State, (_, code) => Vocabulary.CaseStates.ContainsKey(code)),
        new("quarter", Column.Quarter, (_, value) => IsQuarter(value), "invalidValue"),
    ];

    private static bool IsUnit(CareDirectory directory, string code) => directory.All.Any(c => c.Parties.Any(p => p.Unit(code) is not null));

    public static Dimension? Named(string name) => All.FirstOrDefault(d => d.Name == name);

    private static bool IsQuarter(string value) =>
        value is [var a, var b, var c, var d, '-', 'Q', >= '1' and <= '4'] && char.IsAsciiDigit(a) && char.IsAsciiDigit(b) && char.IsAsciiDigit(c) && char.IsAsciiDigit(d);
}
