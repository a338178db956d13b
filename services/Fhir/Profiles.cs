using Avvik.Contracts;
using Hl7.Fhir.Model;

namespace Avvik.Fhir;

/// <summary>What R4's resources must have to be a deviation and its case.</summary>
public static class Profiles
{
    public static readonly string AdverseEventUrl = FhirSystems.Structure("avvik-adverse-event"), TaskUrl = FhirSystems.Structure("avvik-task");

    internal static ElementDefinition.ElementDefinitionBindingComponent Bound(string list) =>
        new() { Strength = BindingStrength.Required, ValueSet = FhirSystems.ValueSet(list) };

    internal static StructureDefinition AdverseEvent()
    {
        var profile = Profile("avvik-adverse-event", "AdverseEvent", "adverseEvent");
        var elements = profile.Differential!.Element;
        AddExtensions(elements, "AdverseEvent", Extensions.All.Where(e => e.Context == "AdverseEvent"), e => e == Extensions.Respondent);
        Add("identifier", min: 1);
        elements.Add(new()
        {
            ElementId = "AdverseEvent.identifier.system",
            Path = "AdverseEvent.identifier.system",
            Min = 1,
            Fixed = new FhirUri(FhirSystems.ClientReference),
        });
        elements.Add(new() { ElementId = "AdverseEvent.identifier.value", Path = "AdverseEvent.identifier.value", Min = 1, MaxLength = 100 });
        Add("category", max: "1", list: "categories");
        Add("event", min: 1);
        elements.Add(new() { ElementId = "AdverseEvent.event.coding", Path = "AdverseEvent.event.coding", Min = 1, Max = "1", Binding = Bound("kinds") });
        elements.Add(new() { ElementId = "AdverseEvent.event.text", Path = "AdverseEvent.event.text", Min = 1, MaxLength = 8000 });
        // In the order of the resource's elements: a snapshot cannot be made of another.
        Add("encounter", max: "0");
        Add("date", min: 1);
        Add("resultingCondition", max: "0");
        Add("seriousness", list: "harm");
        foreach (var name in new[] { "outcome", "contributor", "suspectEntity", "subjectMedicalHistory", "referenceDocument", "study" }) Add(name, max: "0");
        return profile;

        void Add(string name, int? min = null, string? max = null, string? list = null) => elements.Add(new()
        {
            ElementId = $"AdverseEvent.{name}",
            Path = $"AdverseEvent.{name}",
            Min = min,
            Max = max,
            Binding = list is null ? null : Bound(list),
        });
    }

    internal static StructureDefinition Task()
    {
        var profile = Profile("avvik-task", "Task", "task");
        var elements = profile.Differential!.Element;
        AddExtensions(elements, "Task", [Extensions.Unit], _ => true);
        elements.Add(new() { ElementId = "Task.businessStatus", Path = "Task.businessStatus", Min = 1, Binding = Bound("caseStates") });
        elements.Add(new() { ElementId = "Task.focus", Path = "Task.focus", Min = 1 });
        elements.Add(new() { ElementId = "Task.owner", Path = "Task.owner", Min = 1 });
        elements.Add(new() { ElementId = "Task.restriction", Path = "Task.restriction", Min = 1 });
        elements.Add(new() { ElementId = "Task.restriction.period", Path = "Task.restriction.period", Min = 1 });
        elements.Add(new() { ElementId = "Task.output.type", Path = "Task.output.type", Binding = Bound("taskParts") });
        return profile;
    }

    private static void AddExtensions(List<ElementDefinition> elements, string of, IEnumerable<ExtensionType> types, Func<ExtensionType, bool> isRequired)
    {
        elements.Add(new()
        {
            ElementId = $"{of}.extension",
            Path = $"{of}.extension",
            Slicing = new()
            {
                Rules = ElementDefinition.SlicingRules.Open,
                Discriminator = [new() { Type = ElementDefinition.DiscriminatorType.Value, Path = "url" }],
            },
        });
        foreach (var type in types)
            elements.Add(new()
            {
                ElementId = $"{of}.extension:{type.Id}",
                Path = $"{of}.extension",
                SliceName = type.Id,
                Min = isRequired(type) ? 1 : 0,
                Max = type.Repeats ? "*" : "1",
                Type = [new() { Code = "Extension", Profile = [type.Url] }],
            });
    }

    private static StructureDefinition Profile(string id, string type, string text)
    {
        var profile = new StructureDefinition
        {
            Id = id,
            Url = FhirSystems.Structure(id),
            Name = Definitions.NameOf(id),
            Kind = StructureDefinition.StructureDefinitionKind.Resource,
            Type = type,
            BaseDefinition = $"http://hl7.org/fhir/StructureDefinition/{type}",
            Derivation = StructureDefinition.TypeDerivationRule.Constraint,
            Differential = new() { Element = [new() { ElementId = type, Path = type, Short = Texts.Fhir(text, english: false) }] },
        };
        Definitions.Describe(profile, text);
        return profile;
    }
}
