using Avvik.Contracts;
using Hl7.Fhir.Model;
using static Hl7.Fhir.Model.CapabilityStatement;

namespace Avvik.Fhir;

/// <summary>What works at <c>/fhir</c>, of all services: each interaction here is an endpoint, and each endpoint is here (tested).</summary>
public static class Capabilities
{
    private const string Validate = "http://hl7.org/fhir/OperationDefinition/Resource-validate";

    /// <summary>Kinds of definitions that are served, with the parameter that finds one.</summary>
    public static readonly IReadOnlyDictionary<string, string> DefinitionSearch = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["CodeSystem"] = "url",
        ["NamingSystem"] = "value",
        ["SearchParameter"] = "url",
        ["StructureDefinition"] = "url",
        ["ValueSet"] = "url",
    };

    public static CapabilityStatement Statement { get; } = new()
    {
        Id = "avvik",
        Language = "nb",
        Url = $"{FhirUris.Canonical}/CapabilityStatement/avvik",
        Version = Definitions.Version,
        Name = "Avvik",
        Title = "Avvik",
        Status = PublicationStatus.Active,
        Date = "2026-11-30",
        Publisher = "Avvik",
        Kind = CapabilityStatementKind.Instance,
        Implementation = new() { Description = Texts.Fhir("server", english: false) },
        FhirVersion = FHIRVersion.N4_0_1,
        Format = ["json"],
        Rest = [new() { Mode = RestfulCapabilityMode.Server, Resource = [.. Resources()] }],
    };

    private static IEnumerable<ResourceComponent> Resources()
    {
        var deviation = Of("AdverseEvent", Profiles.AdverseEventUrl, TypeRestfulInteraction.Create, TypeRestfulInteraction.Read,
            TypeRestfulInteraction.SearchType);
        deviation.ConditionalCreate = true;
        deviation.SearchParam =
        [
            new()
            {
                Name = "identifier",
                Definition = $"{FhirUris.Canonical}/SearchParameter/AdverseEvent-identifier",
                Type = SearchParamType.Token,
            },
            Search("AdverseEvent", "date", SearchParamType.Date),
            Search("AdverseEvent", "category", SearchParamType.Token),
            Search("AdverseEvent", "subject", SearchParamType.Reference, Texts.Fhir("subjectSearch", english: false)),
        ];
        deviation.Operation = [new() { Name = "validate", Definition = Validate }];
        yield return deviation;

        var task = Of("Task", Profiles.TaskUrl, TypeRestfulInteraction.Read, TypeRestfulInteraction.Update, TypeRestfulInteraction.SearchType);
        task.UpdateCreate = false;
        task.SearchParam =
        [
            Search("Task", "owner", SearchParamType.Reference),
            Search("Task", "status", SearchParamType.Token),
            Search("Task", "modified", SearchParamType.Date),
        ];
        yield return task;

        var subscription = Of("Subscription", null, TypeRestfulInteraction.Create, TypeRestfulInteraction.Read, TypeRestfulInteraction.Update,
            TypeRestfulInteraction.Delete, TypeRestfulInteraction.SearchType);
        subscription.UpdateCreate = false;
        subscription.Documentation = Texts.Fhir("subscription", english: false);
        yield return subscription;

        var provenance = Of("Provenance", null, TypeRestfulInteraction.Read, TypeRestfulInteraction.SearchType);
        provenance.SearchParam = [Search("Provenance", "target", SearchParamType.Reference)];
        yield return provenance;

        foreach (var (type, parameter) in DefinitionSearch)
        {
            var definition = Of(type, null, TypeRestfulInteraction.Read, TypeRestfulInteraction.SearchType);
            definition.Versioning = ResourceVersionPolicy.NoVersion;
            definition.SearchParam = [Search(type == "NamingSystem" ? type : "conformance", parameter, parameter == "url" ? SearchParamType.Uri
                : SearchParamType.String)];
            yield return definition;
        }
    }

    private static ResourceComponent Of(string type, string? profile, params TypeRestfulInteraction[] interactions) => new()
    {
        Type = type,
        Profile = profile,
        Interaction = [.. interactions.Select(i => new ResourceInteractionComponent { Code = i })],
        Versioning = ResourceVersionPolicy.Versioned,
        ReadHistory = false,
    };

    private static CapabilityStatement.SearchParamComponent Search(string of, string name, SearchParamType type, string? documentation = null) => new()
    {
        Name = name,
        Definition = $"http://hl7.org/fhir/SearchParameter/{of}-{name}",
        Type = type,
        Documentation = documentation,
    };
}
