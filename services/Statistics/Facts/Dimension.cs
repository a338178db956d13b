using Avvik.Contracts;

namespace Avvik.Statistics.Facts;

/// <summary>
/// Something to count by and to filter by. Declared here and nowhere else: the API, the columns read into memory, the protected cube, the tables of the reports
/// and their labels follow from the list. What a case's value is, is said by <see cref="Fact.Of"/>.
/// </summary>
/// <param name="Index">Position in <see cref="All"/>, and of its code in <see cref="CountedFact.Codes"/>.</param>
/// <param name="Name">In the API, and of the report's table.</param>
/// <param name="Property">Of <see cref="Fact"/>.</param>
/// <param name="Block">What it is rounded together with; null for what every case of a cube has alike.</param>
/// <param name="Terms">Codes and bokmål labels of the values that a community can have; null for those that are no list.</param>
/// <param name="Refusal">Error code for a value that does not exist.</param>
internal sealed record Dimension(int Index, string Name, string Property, Block? Block, Func<HealthCommunity, IEnumerable<(string Code, string Label)>>? Terms,
    string Refusal)
{
    /// <summary>Of <see cref="All"/>.</summary>
    public const int Count = 17;

    private static readonly List<Dimension> Declared = [];
    private static readonly string?[] NoMember = [null];

    public static readonly Dimension Community = Declare("community", nameof(Fact.Community), null, c => [(c.Code, c.Name)]);
    public static readonly Dimension Region =
        Declare("region", nameof(Fact.Region), Facts.Block.Parties, c => c.Regions.Select(r => (r.Code, r.Name)));
    public static readonly Dimension Municipality = Declare("municipality", nameof(Fact.Municipality), Facts.Block.Parties,
        c => c.Regions.SelectMany(r => r.Municipalities, (_, m) => (m.MunicipalityNumber!, m.Name)));
    public static readonly Dimension Unit =
        Declare("unit", nameof(Fact.Unit), Facts.Block.Parties, c => c.Parties.SelectMany(p => p.Units, (_, u) => (u.Code, u.Name)).Distinct());
    public static readonly Dimension Direction = Declare("direction", nameof(Fact.Direction), Facts.Block.Parties, TermsOf(Vocabulary.Directions));
    public static readonly Dimension Reporter = Declare("reporter", nameof(Fact.Reporter), Facts.Block.Parties, PartiesOf, "unknownOrganization");
    public static readonly Dimension Respondent = Declare("respondent", nameof(Fact.Respondent), Facts.Block.Parties, PartiesOf, "unknownOrganization");
    public static readonly Dimension Agreement =
        Declare("agreement", nameof(Fact.Agreement), Facts.Block.Category, c => c.Agreements.Select(a => (a.Code, a.Name)));
    public static readonly Dimension Category =
        Declare("category", nameof(Fact.Category), Facts.Block.Category, _ => Vocabulary.Categories.Select(c => (c.Key, c.Value.Label)));
    public static readonly Dimension Clause =
        Declare("clause", nameof(Fact.Clause), Facts.Block.Category, _ => Vocabulary.Clauses.Select(c => (c.Key, $"{c.Key} {c.Value.Label}")));
    public static readonly Dimension Kind = Declare("kind", nameof(Fact.Kind), Facts.Block.Kind, TermsOf(Vocabulary.Kinds));
    public static readonly Dimension PatientGroup =
        Declare("patientGroup", nameof(Fact.PatientGroups), Facts.Block.PatientGroup, TermsOf(Vocabulary.PatientGroups));
    public static readonly Dimension Harm = Declare("harm", nameof(Fact.ActualHarm), Facts.Block.Harm, TermsOf(Vocabulary.Harm));
    public static readonly Dimension Cause = Declare("cause", nameof(Fact.Causes), Facts.Block.Cause, TermsOf(Vocabulary.ContributingFactors));
    /// <summary>Which unit sent it on to which, wrongly addressed: <c>si-tynset>si-habilitering</c>.</summary>
    public static readonly Dimension HopPair = Declare("hopPair", nameof(Fact.HopPairs), Facts.Block.HopPair, null);
    public static readonly Dimension State = Declare("state", nameof(Fact.State), Facts.Block.Course, TermsOf(Vocabulary.CaseStates));
    public static readonly Dimension Quarter = Declare("quarter", nameof(Fact.Quarter), null, null, "invalidValue");

    // The number is a constant, since the array that follows from it needs one.
    public static IReadOnlyList<Dimension> All => Declared.Count == Count ? Declared : throw new InvalidOperationException($"Count is {Declared.Count}.");

    /// <summary>True for those that a deviation can have several values of, stored as <c>,a,b,</c>.</summary>
    public bool IsSet => Property is nameof(Fact.PatientGroups) or nameof(Fact.Causes) or nameof(Fact.HopPairs);

    public static Dimension? Named(string name) => All.FirstOrDefault(d => d.Name == name);

    /// <summary>The values of a set; a single null when it is empty.</summary>
    public static IReadOnlyList<string?> Members(string? set) =>
        set?.Split(',', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } members ? members : NoMember;

    /// <summary>Whether a value asked for exists at all: a misspelled one must not read as "none".</summary>
    public bool Knows(CareDirectory directory, string value) => Terms is not null ? directory.All.Any(c => Terms(c).Any(t => t.Code == value))
        : this == Quarter ? Reports.Period.Read(value) is { IsQuarter: true }
        : value.Split('>') is [var from, var to] && Unit.Knows(directory, from) && Unit.Knows(directory, to);

    /// <summary>The bokmål label of a value, of the community or else of another; null for one that none has.</summary>
    public string? Label(string value, HealthCommunity community) => this == HopPair
        ? string.Join(" → ", value.Split('>').Select(unit => Unit.Label(unit, community) ?? unit))
        : Terms is null ? null
        : HealthCommunities.All.Where(c => c.Code != community.Code).Prepend(community).Select(c => Terms(c).FirstOrDefault(t => t.Code == value).Label)
            .FirstOrDefault(label => label is not null);

    private static Dimension Declare(string name, string property, Block? block, Func<HealthCommunity, IEnumerable<(string Code, string Label)>>? terms,
        string refusal = "unknownCode")
    {
        var dimension = new Dimension(Declared.Count, name, property, block, terms, refusal);
        Declared.Add(dimension);
        return dimension;
    }

    private static Func<HealthCommunity, IEnumerable<(string Code, string Label)>> TermsOf(IReadOnlyDictionary<string, VocabularyTerm> vocabulary) =>
        _ => vocabulary.Select(t => (t.Key, t.Value.Label));

    private static IEnumerable<(string Code, string Label)> PartiesOf(HealthCommunity community) =>
        community.Parties.Select(p => (p.OrganizationNumber, p.Name));
}

/// <summary>Dimensions that belong together in a case: a protected cube takes each block whole from some case.</summary>
internal enum Block
{
    Parties,
    Category,
    Kind,
    PatientGroup,
    Harm,
    HopPair,
    Cause,
    Course,
}
