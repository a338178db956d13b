using System.Globalization;
using System.Text.Json.Nodes;
using Avvik.Contracts;

namespace Avvik.AccessLog;

/// <summary>Lines of the log as FHIR R4 (4.0.1) <c>AuditEvent</c>, for the audit repository of a health record.</summary>
internal static class AuditEvents
{
    // Enhetsregisteret, as Norwegian health messages name it.
    private const string Organizations = "urn:oid:2.16.578.1.12.4.1.4.101";

    public static JsonObject Bundle(string service, IReadOnlyList<AccessEntry> entries, string? next)
    {
        var bundle = new JsonObject { ["resourceType"] = "Bundle", ["type"] = "searchset" };
        if (next is not null) bundle["link"] = new JsonArray(new JsonObject { ["relation"] = "next", ["url"] = next });
        if (entries.Count > 0)
            bundle["entry"] = new JsonArray([.. entries.Select(e => new JsonObject
            {
                ["fullUrl"] = $"urn:avvik:access:{service}:{e.Id}",
                ["resource"] = Of(service, e),
                ["search"] = new JsonObject { ["mode"] = "match" },
            })]);
        return bundle;
    }

    private static JsonObject Of(string service, AccessEntry e)
    {
        var person = new JsonObject
        {
            ["role"] = new JsonArray([.. e.Roles.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(role => Coded("urn:avvik:role", role, Vocabulary.Roles.GetValueOrDefault(role)?.Label))]),
            ["who"] = new JsonObject { ["identifier"] = Identifier("urn:avvik:subject", e.Subject) },
            ["requestor"] = true,
        };
        if (((JsonArray)person["role"]!).Count == 0) person.Remove("role");
        var organization = new JsonObject
        {
            ["who"] = new JsonObject { ["type"] = "Organization", ["identifier"] = Identifier(Organizations, e.Organization) },
            ["requestor"] = false,
        };
        if (e.Unit is not null) organization["name"] = e.Unit;
        var resource = new JsonObject
        {
            ["resourceType"] = "AuditEvent",
            ["id"] = string.Create(CultureInfo.InvariantCulture, $"{service}-{e.Id}"),
            ["type"] = Coding("http://terminology.hl7.org/CodeSystem/audit-event-type", "rest", "RESTful Operation"),
            ["subtype"] = new JsonArray(Coding("urn:avvik:access-action", e.Action, Vocabulary.AccessActions[e.Action].Label)),
            ["action"] = e.Action == AccessActions.Administration ? "U" : "R",
            ["recorded"] = e.At.ToString("yyyy-MM-dd'T'HH:mm:ss.fffK", CultureInfo.InvariantCulture),
            ["outcome"] = e.Action == AccessActions.EnvelopeRefused ? "4" : "0",
            ["agent"] = new JsonArray(person, organization),
            ["source"] = new JsonObject { ["observer"] = new JsonObject { ["display"] = $"avvik-{service}" } },
        };
        if (e.Purpose is { } purpose)
            resource["purposeOfEvent"] =
                new JsonArray(Coded("urn:avvik:access-purpose", purpose, Vocabulary.AccessPurposes.GetValueOrDefault(purpose)?.Label));
        var entities = e.DeviationIds.Select(id => new JsonObject
        {
            ["what"] = new JsonObject { ["type"] = "AdverseEvent", ["identifier"] = Identifier("urn:ietf:rfc:3986", $"urn:uuid:{id}") },
            ["type"] = SystemObject(),
        })
            .Concat(e.Target is null ? [] : [new JsonObject { ["type"] = SystemObject(), ["name"] = e.Target }]).ToArray<JsonNode>();
        if (entities.Length > 0) resource["entity"] = new JsonArray(entities);
        return resource;
    }

    private static JsonObject SystemObject() => Coding("http://terminology.hl7.org/CodeSystem/audit-entity-type", "2", "System Object");

    private static JsonObject Identifier(string system, string value) => new() { ["system"] = system, ["value"] = value };

    private static JsonObject Coding(string system, string code, string? display)
    {
        var coding = new JsonObject { ["system"] = system, ["code"] = code };
        if (display is not null) coding["display"] = display;
        return coding;
    }

    private static JsonObject Coded(string system, string code, string? display) => new() { ["coding"] = new JsonArray(Coding(system, code, display)) };
}
