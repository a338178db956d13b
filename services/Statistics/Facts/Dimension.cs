using Avvik.Contracts;

namespace Avvik.Statistics.Facts;

/// <summary>
/// Something to count by and to filter by. Declared here and nowhere else: the API, the columns read into memory and the protected cube follow from the list.
/// </summary>
/// <param name="Index">Position in <see cref="All"/>, and of its code in <see cref="CountedFact.Codes"/>.</param>
/// <param name="Name">In the API.</param>
/// <param name="Property">Of <see cref="Fact"/>.</param>
/// <param name="Knows">Whether a value asked for exists at all: a misspelled one must not read as "none".</param>
/// <param name="Refusal">Error code when it does not.</param>
internal sealed record Dimension(int Index, string Name, string Property, Func<CareDirectory, string, bool> Knows, string Refusal)
{
    private static readonly List<Dimension> Declared = [];
    private static readonly string?[] NoMember = [null];

    public static readonly Dimension Community = Declare("community", nameof(Fact.Community), (directory, code) => directory.Community(code) is not null);
    public static readonly Dimension Region =
        Declare("region", nameof(Fact.Region), (directory, code) => directory.All.Any(c => c.Regions.Any(r => r.Code == code)));
    public static readonly Dimension Municipality =
        Declare("municipality", nameof(Fact.Municipality), (directory, number) => directory.All.Any(c => c.Parties.Any(p => p.MunicipalityNumber == number)));
    public static readonly Dimension Unit = Declare("unit", nameof(Fact.Unit), IsUnit);
    public static readonly Dimension Direction = Declare("direction", nameof(Fact.Direction), (_, code) => Vocabulary.Directions.ContainsKey(code));
    public static readonly Dimension Reporter = Declare("reporter", nameof(Fact.Reporter), IsParty, "unknownOrganization");
    public static readonly Dimension Respondent = Declare("respondent", nameof(Fact.Respondent), IsParty, "unknownOrganization");
    public static readonly Dimension Agreement =
        Declare("agreement", nameof(Fact.Agreement), (directory, code) => directory.All.Any(c => c.Agreements.Any(a => a.Code == code)));
    public static readonly Dimension Category = Declare("category", nameof(Fact.Category), (_, code) => Vocabulary.Categories.ContainsKey(code));
    public static readonly Dimension Clause = Declare("clause", nameof(Fact.Clause), (_, code) => Vocabulary.Clauses.ContainsKey(code));
    public static readonly Dimension Kind = Declare("kind", nameof(Fact.Kind), (_, code) => Vocabulary.Kinds.ContainsKey(code));
    public static readonly Dimension PatientGroup =
        Declare("patientGroup", nameof(Fact.PatientGroups), (_, code) => Vocabulary.PatientGroups.ContainsKey(code));
    public static readonly Dimension Harm = Declare("harm", nameof(Fact.ActualHarm), (_, code) => Vocabulary.Harm.ContainsKey(code));
    public static readonly Dimension Cause = Declare("cause", nameof(Fact.Causes), (_, code) => Vocabulary.ContributingFactors.ContainsKey(code));
    /// <summary>Which unit sent it on to which, wrongly addressed: <c>si-tynset>si-habilitering</c>.</summary>
    public static readonly Dimension HopPair = Declare("hopPair", nameof(Fact.HopPairs),
        (directory, pair) => pair.Split('>') is [var from, var to] && IsUnit(directory, from) && IsUnit(directory, to));
    public static readonly Dimension State = Declare("state", nameof(Fact.State), (_, code) => Vocabulary.CaseStates.ContainsKey(code));
    public static readonly Dimension Quarter = Declare("quarter", nameof(Fact.Quarter), (_, value) => IsQuarter(value), "invalidValue");

    public static IReadOnlyList<Dimension> All => Declared;

    /// <summary>True for those that a deviation can have several values of, stored as <c>,a,b,</c>.</summary>
    public bool IsSet => Property is nameof(Fact.PatientGroups) or nameof(Fact.Causes) or nameof(Fact.HopPairs);

    public static Dimension? Named(string name) => All.FirstOrDefault(d => d.Name == name);

    /// <summary>The values of a set; a single null when it is empty.</summary>
    public static IReadOnlyList<string?> Members(string? set) =>
        set?.Split(',', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } members ? members : NoMember;

    private static Dimension Declare(string name, string property, Func<CareDirectory, string, bool> knows, string refusal = "unknownCode")
    {
        var dimension = new Dimension(Declared.Count, name, property, knows, refusal);
        Declared.Add(dimension);
        return dimension;
    }

    private static bool IsUnit(CareDirectory directory, string code) => directory.All.Any(c => c.Parties.Any(p => p.Unit(code) is not null));

    private static bool IsParty(CareDirectory directory, string number) => directory.Party(number) is not null;

    private static bool IsQuarter(string value) => Reports.Period.Read(value) is { IsQuarter: true };
}
