using System.Collections.Concurrent;
using Avvik.Contracts;

namespace Avvik.Fhir;

/// <summary>Systems of codes and identifiers, and the addresses of our extensions and profiles.</summary>
public static class FhirSystems
{
    /// <summary>Numbers of Norwegian organisations (Enhetsregisteret), as no-basis-Organization has it.</summary>
    public const string Organization = "urn:oid:2.16.578.1.12.4.1.4.101";
    /// <summary>Numbers of health personnel (HPR), as no-basis-Practitioner has it.</summary>
    public const string HealthPersonnel = "urn:oid:2.16.578.1.12.4.1.4.4";
    /// <summary>Numbers of Norwegian municipalities, as no-basis has it.</summary>
    public const string Municipality = "urn:oid:2.16.578.1.12.4.1.1.3402";
    /// <summary>The sender's own id of a deviation: unique in the client that sent it.</summary>
    public const string ClientReference = FhirUris.Canonical + "/NamingSystem/client-reference";
    /// <summary>The reference number that people use, <c>AVV-2026-4830112</c>.</summary>
    public const string Reference = FhirUris.Canonical + "/NamingSystem/reference";
    /// <summary>People as access tokens name them (<c>sub</c>).</summary>
    public const string User = FhirUris.Canonical + "/NamingSystem/user";
    /// <summary>H-numbers, which have no national system.</summary>
    public const string HNumber = FhirUris.Canonical + "/NamingSystem/h-number";
    /// <summary>Why there is no patient (HL7).</summary>
    public const string DataAbsentReason = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";

    /// <summary>Three degrees of harm (HL7).</summary>
    public const string Severity = "http://terminology.hl7.org/CodeSystem/adverse-event-severity";

    // Oid and address of each, as no-basis publishes them (HL7Norway/basisprofiler-r4, NamingSystem).
    private static readonly Dictionary<string, string> PatientSystems = new(StringComparer.Ordinal)
    {
        ["urn:oid:2.16.578.1.12.4.1.4.1"] = "fnr",
        ["urn:oid:2.16.578.1.12.4.1.4.2"] = "dnr",
        ["urn:oid:2.16.578.1.12.4.1.4.3"] = "fhn",
        ["http://hl7.no/fhir/NamingSystem/FNR"] = "fnr",
        ["http://hl7.no/fhir/NamingSystem/DNR"] = "dnr",
        ["http://hl7.no/fhir/NamingSystem/FHNR"] = "fhn",
        [HNumber] = "hnr",
    };

    private static readonly ConcurrentDictionary<string, string> CodeSystems = new(StringComparer.Ordinal);

    /// <summary>The type of a patient's identifier (<c>fnr</c>, <c>dnr</c>, <c>fhn</c>, <c>hnr</c>); null for another system.</summary>
    public static string? PatientIdentifierType(string? system) => system is null ? null : PatientSystems.GetValueOrDefault(system);

    /// <summary>The system of a type of patient identifier.</summary>
    public static string PatientIdentifierSystem(string type) => PatientSystems.First(s => s.Value == type).Key;

    /// <summary>Code system of a list of the vocabulary: <c>patientGroups</c> is <c>…/CodeSystem/patient-groups</c>.</summary>
    public static string CodeSystem(string list) => CodeSystems.GetOrAdd(list, l => $"{FhirUris.Canonical}/CodeSystem/{Kebab(l)}");

    /// <summary>All codes of that system.</summary>
    public static string ValueSet(string list) => $"{FhirUris.Canonical}/ValueSet/{Kebab(list)}";

    /// <summary>An extension or a profile.</summary>
    public static string Structure(string id) => $"{FhirUris.Canonical}/StructureDefinition/{id}";

    internal static string Kebab(string name) => string.Concat(name.Select(c => char.IsUpper(c) ? $"-{char.ToLowerInvariant(c)}" : $"{c}"));
}
