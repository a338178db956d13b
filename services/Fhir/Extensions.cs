using Avvik.Contracts;
using Hl7.Fhir.Model;

namespace Avvik.Fhir;

/// <summary>An extension: its id and value, or the parts that it consists of.</summary>
/// <param name="Id">Last part of its address; a part's whole address.</param>
/// <param name="Type">FHIR type of the value; null when it has parts.</param>
/// <param name="List">List of the vocabulary that the value is a code of.</param>
/// <param name="IsRequired">Of a part: it must be there.</param>
public sealed record ExtensionType(string Id, string? Type, string? List = null, bool IsRequired = false)
{
    public IReadOnlyList<ExtensionType> Parts { get; init; } = [];
    /// <summary>Where it stands.</summary>
    public string Context { get; init; } = "AdverseEvent";
    public bool Repeats { get; init; }
    /// <summary>True: the server sets it, and a client may not.</summary>
    public bool IsOutput { get; init; }

    public string Url { get; } = FhirSystems.Structure(Id);
}

/// <summary>Our extensions: what a deviation has and R4 has no element for.</summary>
public static class Extensions
{
    public static readonly ExtensionType
        Respondent = new("respondent", null)
        {
            Parts = [new("organization", "Reference", IsRequired: true), new("unit", "code")],
        },
        ReportingUnit = new("reporting-unit", "code"),
        PatientMunicipality = new("patient-municipality", "Coding"),
        AgreementClause = new("agreement-clause", "Coding", "clauses"),
        AffectedMessage = new("affected-message", null)
        {
            Parts = [new("type", "Coding", "messageTypes"), new("id", "string"), new("difference", "Coding", "differences")],
        },
        PatientGroup = new("patient-group", "Coding", "patientGroups") { Repeats = true },
        PatientsAffected = new("patients-affected", "positiveInt"),
        PotentialHarm = new("potential-harm", "Coding", "harm"),
        Likelihood = new("likelihood", "Coding", "likelihood"),
        ImmediateAction = new("immediate-action", "string"),
        SuggestedMeasure = new("suggested-measure", "string"),
        ReporterConfidential = new("reporter-confidential", "boolean"),
        ReporterAnonymous = new("reporter-anonymous", "boolean"),
        Reference = new("reference", "Identifier") { IsOutput = true },
        State = new("state", "Coding", "caseStates") { IsOutput = true },
        Unit = new("unit", "code") { Context = "Task", IsOutput = true },
        Measure = new("measure", null)
        {
            Context = "Task.output",
            Parts = [new("id", "id"), new("owner", "string", IsRequired: true), new("dueDate", "date", IsRequired: true), new("state", "code"),
                new("note", "string")],
        };

    public static IReadOnlyList<ExtensionType> All { get; } =
        [Respondent, ReportingUnit, PatientMunicipality, AgreementClause, AffectedMessage, PatientGroup, PatientsAffected, PotentialHarm, Likelihood,
            ImmediateAction, SuggestedMeasure, ReporterConfidential, ReporterAnonymous, Reference, State, Unit, Measure];

    /// <summary>Addresses of those that the server alone sets.</summary>
    public static IReadOnlySet<string> OfServer { get; } = All.Where(x => x.IsOutput).Select(x => x.Url).ToHashSet(StringComparer.Ordinal);

    internal static StructureDefinition Definition(ExtensionType type)
    {
        var definition = new StructureDefinition
        {
            Id = type.Id,
            Url = type.Url,
            Name = Definitions.NameOf(type.Id),
            Kind = StructureDefinition.StructureDefinitionKind.ComplexType,
            Type = "Extension",
            BaseDefinition = "http://hl7.org/fhir/StructureDefinition/Extension",
            Derivation = StructureDefinition.TypeDerivationRule.Constraint,
            Context = [new() { Type = StructureDefinition.ExtensionContextType.Element, Expression = type.Context }],
            Differential = new()
            {
                Element =
                [
                    new() { ElementId = "Extension", Path = "Extension", Short = Texts.Fhir(type.Id, english: false), Max = type.Repeats ? "*" : "1" },
                ],
            },
        };
        Definitions.Describe(definition, type.Id);
        var elements = definition.Differential.Element;
        if (type.Type is not null) elements.Add(new() { ElementId = "Extension.extension", Path = "Extension.extension", Max = "0" });
        else
        {
            elements.Add(new()
            {
                ElementId = "Extension.extension",
                Path = "Extension.extension",
                Slicing = new()
                {
                    Rules = ElementDefinition.SlicingRules.Closed,
                    Discriminator = [new() { Type = ElementDefinition.DiscriminatorType.Value, Path = "url" }],
                },
            });
            foreach (var part in type.Parts)
            {
                var id = $"Extension.extension:{part.Id}";
                elements.Add(new() { ElementId = id, Path = "Extension.extension", SliceName = part.Id, Min = part.IsRequired ? 1 : 0, Max = "1" });
                elements.Add(new() { ElementId = $"{id}.extension", Path = "Extension.extension.extension", Max = "0" });
                elements.Add(new() { ElementId = $"{id}.url", Path = "Extension.extension.url", Fixed = new FhirUri(part.Id) });
                elements.Add(Value($"{id}.value[x]", "Extension.extension.value[x]", part));
            }
        }
        elements.Add(new() { ElementId = "Extension.url", Path = "Extension.url", Fixed = new FhirUri(type.Url) });
        elements.Add(type.Type is null
            ? new() { ElementId = "Extension.value[x]", Path = "Extension.value[x]", Max = "0" }
            : Value("Extension.value[x]", "Extension.value[x]", type));
        return definition;
    }

    private static ElementDefinition Value(string id, string path, ExtensionType type) => new()
    {
        ElementId = id,
        Path = path,
        Min = 1,
        Type = [new() { Code = type.Type, TargetProfile = type.Type == "Reference" ? ["http://hl7.org/fhir/StructureDefinition/Organization"] : [] }],
        Binding = type.List is null ? null : Profiles.Bound(type.List),
    };
}
