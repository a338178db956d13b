using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Avvik.Contracts;
using Hl7.Fhir.Serialization;

namespace Avvik.Fhir;

/// <summary>The definitions as a FHIR package (https://hl7.org/fhir/packages.html), which validators load: the same bytes each time.</summary>
public static class FhirPackage
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Build()
    {
        var serializer = new FhirJsonSerializer();
        var files = Definitions.All.Select(d => (Name: $"{d.TypeName}-{d.Id}.json", Resource: JsonNode.Parse(serializer.SerializeToString(d))!)).ToList();
        var index = new JsonObject
        {
            ["index-version"] = 2,
            ["files"] = new JsonArray([.. files.Select(f => new JsonObject
            {
                ["filename"] = f.Name,
                ["resourceType"] = (string?)f.Resource["resourceType"],
                ["id"] = (string?)f.Resource["id"],
                ["url"] = (string?)f.Resource["url"],
                ["version"] = (string?)f.Resource["version"],
                ["kind"] = (string?)f.Resource["kind"],
                ["type"] = (string?)f.Resource["type"],
            })]),
        };
        var manifest = new JsonObject
        {
            ["name"] = "avvik.fhir.r4",
            ["version"] = Definitions.Version,
            ["type"] = "fhir.ig",
            ["title"] = "Avvik",
            ["description"] = Texts.Fhir("about", english: true),
            ["canonical"] = FhirUris.Canonical,
            ["license"] = "MIT",
            ["author"] = "The Avvik contributors",
            ["fhirVersions"] = new JsonArray("4.0.1"),
            ["dependencies"] = new JsonObject { ["hl7.fhir.r4.core"] = "4.0.1" },
        };
        using var package = new MemoryStream();
        using (var zip = new GZipStream(package, CompressionLevel.SmallestSize, leaveOpen: true))
        using (var tar = new TarWriter(zip, TarEntryFormat.Ustar))
        {
            Add(tar, "package.json", manifest);
            Add(tar, ".index.json", index);
            foreach (var (name, resource) in files) Add(tar, name, resource);
        }
        return package.ToArray();
    }

    private static void Add(TarWriter tar, string name, JsonNode content) => tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, $"package/{name}")
    {
        DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content.ToJsonString(Readable))),
        ModificationTime = DateTimeOffset.UnixEpoch,
    });
}
