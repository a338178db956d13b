using Avvik.Contracts;
using Hl7.Fhir.Model;

namespace Avvik.Fhir;

/// <summary>
/// What the FHIR interface publishes, so that a client's tools can check what they send: profiles, extensions, code systems and value sets, naming systems
/// and a search parameter. Codes are the vocabulary's own, and words those of the vocabulary and the texts.
/// </summary>
public static class Definitions
{
    public const string Version = "0.2.0";
    private const string Date = "2026-11-30", Publisher = "Avvik";

    /// <summary>Lists of the vocabulary that are code systems.</summary>
    internal static readonly string[] Lists =
        ["kinds", "categories", "clauses", "messageTypes", "differences", "patientGroups", "harm", "likelihood", "contributingFactors", "rejectionReasons",
            "caseStates", "caseEvents"];

    // Parts of a Task's input and output.
    private static readonly string[] TaskParts = ["question", "answer", "contributingFactor", "measure", "noMeasuresReason"];

    /// <summary>Everything, each with its id.</summary>
    public static IReadOnlyList<DomainResource> All { get; } = [.. Build()];

    private static IEnumerable<DomainResource> Build()
    {
        foreach (var list in Lists)
        {
            yield return Codes(list, Texts.Fhir(list, english: false), Vocabulary.TermsOf(list).Select(t => (t.Code, t.Label, (string?)null)));
            yield return AllOf(list);
        }
        yield return Codes("problems", Texts.Fhir("problems", english: false),
            Texts.CodesOf("problems").Select(c => (c, Texts.Problem(c, english: false), (string?)Texts.Problem(c, english: true)))
                .Concat(Texts.CodesOf("fields").Select(c => (c, Texts.Field(c, english: false, "n", "n", "n"),
                    (string?)Texts.Field(c, english: true, "n", "n", "n")))));
        yield return AllOf("problems");
        yield return Codes("taskParts", Texts.Fhir("taskParts", english: false),
            TaskParts.Select(c => (c, Texts.Fhir(c, english: false), (string?)Texts.Fhir(c, english: true))));
        yield return AllOf("taskParts");

        foreach (var id in new[] { "client-reference", "reference", "user", "h-number" }) yield return Naming(id);
        foreach (var extension in Extensions.All) yield return Extensions.Definition(extension);
        yield return Profiles.AdverseEvent();
        yield return Profiles.Task();
        yield return new SearchParameter
        {
            Id = "AdverseEvent-identifier",
            Url = $"{FhirUris.Canonical}/SearchParameter/AdverseEvent-identifier",
            Version = Version,
            Name = "AdverseEventIdentifier",
            Status = PublicationStatus.Active,
            Date = Date,
            Publisher = Publisher,
            Description = Texts.Fhir("identifierSearch", english: false),
            Code = "identifier",
            Base = [ResourceType.AdverseEvent],
            Type = SearchParamType.Token,
            Expression = "AdverseEvent.identifier",
            Xpath = "f:AdverseEvent/f:identifier",
            XpathUsage = SearchParameter.XPathUsageType.Normal,
        };
    }

    internal static void Describe(StructureDefinition definition, string text)
    {
        definition.Version = Version;
        definition.Title = Texts.Fhir(text, english: false);
        definition.Description = Texts.Fhir(text, english: true);
        definition.Status = PublicationStatus.Active;
        definition.Date = Date;
        definition.Publisher = Publisher;
        definition.FhirVersion = FHIRVersion.N4_0_1;
        definition.Abstract = false;
        definition.Language = "nb";
    }

    internal static string NameOf(string id) => string.Concat(id.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    private static CodeSystem Codes(string list, string title, IEnumerable<(string Code, string Label, string? English)> terms) => new()
    {
        Id = FhirSystems.Kebab(list),
        Language = "nb",
        Url = FhirSystems.CodeSystem(list),
        ValueSet = FhirSystems.ValueSet(list),
        Version = Version,
        Name = NameOf(list),
        Title = title,
        Status = PublicationStatus.Active,
        Experimental = false,
        Date = Date,
        Publisher = Publisher,
        CaseSensitive = true,
        Content = CodeSystemContentMode.Complete,
        Concept =
        [
            .. terms.Select(t => new CodeSystem.ConceptDefinitionComponent
            {
                Code = t.Code,
                Display = t.Label,
                Designation = t.English is null ? [] : [new() { Language = "en", Value = t.English }],
            }),
        ],
    };

    private static ValueSet AllOf(string list) => new()
    {
        Id = FhirSystems.Kebab(list),
        Language = "nb",
        Url = FhirSystems.ValueSet(list),
        Version = Version,
        Name = NameOf(list),
        Title = Texts.Fhir(list, english: false),
        Status = PublicationStatus.Active,
        Experimental = false,
        Date = Date,
        Publisher = Publisher,
        Compose = new() { Include = [new() { System = FhirSystems.CodeSystem(list) }] },
    };

    private static NamingSystem Naming(string id) => new()
    {
        Id = id,
        Name = NameOf(id),
        Status = PublicationStatus.Active,
        Kind = NamingSystem.NamingSystemType.Identifier,
        Date = Date,
        Publisher = Publisher,
        Description = Texts.Fhir(id, english: false),
        UniqueId = [new() { Type = NamingSystem.NamingSystemIdentifierType.Uri, Value = $"{FhirUris.Canonical}/NamingSystem/{id}", Preferred = true }],
    };

}
