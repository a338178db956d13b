using System.Collections.Frozen;
using Avvik.Contracts;
using Hl7.Fhir.Introspection;
using Hl7.Fhir.Model;
using Hl7.Fhir.Validation;

namespace Avvik.Fhir;

/// <summary>
/// Firely's validation, but for the addresses and codes that this server publishes: their form is right, every coding and extension has them, and to check
/// each again is a tenth of reading a resource.
/// </summary>
internal sealed class PublishedValueValidator : IPocoValidator
{
    private static readonly FhirAttributeValidator Full = new();
    private static readonly FrozenSet<string> Addresses =
    [
        .. Extensions.All.SelectMany(e => e.Parts.Select(p => p.Id).Prepend(e.Url)),
        .. Definitions.Lists.Select(FhirSystems.CodeSystem),
        FhirSystems.Organization, FhirSystems.Municipality, FhirSystems.HealthPersonnel, FhirSystems.ClientReference, FhirSystems.DataAbsentReason,
        FhirSystems.Severity,
    ];
    private static readonly FrozenSet<string> Codes = [.. Definitions.Lists.SelectMany(Vocabulary.TermsOf).Select(t => t.Code)];

    public IReadOnlyCollection<CodedValidationException> ValidateProperty(string name, object? propertyValue, PropertyMapping? propertyMapping,
        PocoValidationContext context) =>
        // Whoever reads an extension says of which type it is, and one that nobody reads is refused.
        context.ObjectInstance is Extension && name == "value" ? [] : Full.ValidateProperty(name, propertyValue, propertyMapping, context);

    public IReadOnlyCollection<CodedValidationException> ValidateObject(Base instance, ClassMapping classMapping, PocoValidationContext context) =>
        instance is PrimitiveType { HasElements: false, JsonValue: string value }
            && (instance is FhirUri ? Addresses.Contains(value) : instance is Code && Codes.Contains(value)) ? []
            : Full.ValidateObject(instance, classMapping, context);
}
