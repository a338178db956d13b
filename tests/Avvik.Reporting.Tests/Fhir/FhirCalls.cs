using System.Text.Json.Nodes;
using Avvik.Client;
using Avvik.Fhir;
using Avvik.Reporting.Fhir;
using Avvik.Testing;
using Hl7.Fhir.Serialization;

namespace Avvik.Reporting.Tests.Fhir;

/// <summary>Calls of the FHIR interface, written as an integration writes them.</summary>
internal static class FhirCalls
{
    /// <summary>As the README has it: written by hand, and not by the mapping that is tested.</summary>
    public static JsonObject Event(string? reference = null) => JsonNode.Parse($$"""
        {
          "resourceType": "AdverseEvent",
          "contained": [
            { "resourceType": "Location", "id": "site", "name": "SI Elverum" },
            {
              "resourceType": "PractitionerRole", "id": "recorder", "code": [{ "text": "nurse" }],
              "organization": { "identifier": { "system": "urn:oid:2.16.578.1.12.4.1.4.101", "value": "970540008" } }
            }
          ],
          "extension": [
            {
              "url": "{{FhirSystems.Structure("respondent")}}",
              "extension": [
                {
                  "url": "organization",
                  "valueReference": { "identifier": { "system": "urn:oid:2.16.578.1.12.4.1.4.101", "value": "983971709" } }
                }
              ]
            },
            {
              "url": "{{FhirSystems.Structure("patient-group")}}",
              "valueCoding": { "system": "{{FhirSystems.CodeSystem("patientGroups")}}", "code": "frailElderly" }
            }
          ],
          "identifier": { "system": "{{FhirSystems.ClientReference}}", "value": "{{reference ?? Guid.CreateVersion7().ToString("N")}}" },
          "actuality": "actual",
          "category": [{ "coding": [{ "system": "{{FhirSystems.CodeSystem("categories")}}", "code": "dischargeSummary" }] }],
          "event": {
            "coding": [{ "system": "{{FhirSystems.CodeSystem("kinds")}}", "code": "agreementBreach" }],
            "text": "Epikrisen kom ni dager etter utskrivning."
          },
          "subject": { "extension": [{ "url": "{{FhirSystems.DataAbsentReason}}", "valueCode": "not-applicable" }] },
          "date": "2026-08-14",
          "seriousness": { "coding": [{ "system": "{{FhirSystems.CodeSystem("harm")}}", "code": "mild" }] },
          "location": { "reference": "#site" },
          "recorder": { "reference": "#recorder" }
        }
        """)!.AsObject();

    public static JsonNode Patient(string system = "urn:oid:2.16.578.1.12.4.1.4.2", string number = Given.SyntheticNumber) =>
        new JsonObject { ["type"] = "Patient", ["identifier"] = new JsonObject { ["system"] = system, ["value"] = number } };

    /// <summary>The submission in the form that the mapping gives it.</summary>
    public static string Mapped(Submission submission, string? reporter = null) =>
        new FhirJsonSerializer().SerializeToString(AdverseEventMap.Write(submission, reporter));

    public static Task<FhirReply> CreateAsync(this HttpClient http, JsonNode resource, params (string Name, string Value)[] headers) =>
        http.SendAsync(HttpMethod.Post, "/fhir/AdverseEvent", resource.ToJsonString(), headers);
}
