namespace Avvik.Contracts;

/// <summary>
/// Canonical addresses of what the FHIR interface defines. They are names: the same in every installation, and served by each at its own <c>/fhir</c>.
/// </summary>
public static class FhirUris
{
    /// <summary>What all of them begin with.</summary>
    public const string Canonical = "https://avvik.example/fhir";

    /// <summary>Code system of what can be wrong: <see cref="ProblemCodes"/> and <see cref="FieldCodes"/>.</summary>
    public const string Problems = Canonical + "/CodeSystem/problems";
}
