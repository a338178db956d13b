using System.Diagnostics;
using System.Text.Json;
using Avvik.Testing;
using Firely.Fhir.Validation;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Hl7.Fhir.Specification.Source;
using Hl7.Fhir.Specification.Terminology;
using Task = System.Threading.Tasks.Task;

namespace Avvik.System.Tests;

/// <summary>
/// A FHIR client that is none of ours (tests/fhir-client) reports, follows and answers a deviation through the gateway. Each resource is checked there by
/// npm's <c>fhir</c>, Medplum's validator and R4's JSON schema, and here by Firely's validator against the profiles that the package has. The package is
/// loaded by the loader of HL7's own compiler.
/// </summary>
[Collection(nameof(RunningSystem))]
public sealed class Fhir_client_tests(RunningSystem system)
{
    private const string Hamar = "970540008", SykehusetInnlandet = "983971709", SyntheticNumber = "41814061033";

    [Fact]
    public async Task Fhir_client_takes_a_deviation_from_report_to_answer()
    {
        await RunAsync("npm", "ci", "--no-audit", "--no-fund");
        var seen = await RunAsync("node", "client.mjs", system.Address.ToString().TrimEnd('/'), await system.TokenAsync(Hamar, "client"),
            await system.TokenAsync(SykehusetInnlandet, "handler", "si-elverum-hamar"), $"fhir-{Guid.CreateVersion7():N}", SyntheticNumber);
        var parser = new FhirJsonDeserializer();
        var resources = JsonElement.Parse(seen).EnumerateArray().Select(r => parser.DeserializeResource(r.GetRawText())).ToList();
        foreach (var type in new[] { "AdverseEvent", "Task", "Provenance", "Subscription", "OperationOutcome",
            "CapabilityStatement", "StructureDefinition", "ValueSet" })
            Assert.Contains(resources, r => r.TypeName == type);

        var definitions = new InMemoryResourceResolver(await PackageAsync(parser));
        var resolver = new CachedResolver(new SnapshotSource(new MultiResolver(definitions, ZipSource.CreateValidationSource())));
        var validator = new Validator(resolver, LocalTerminologyService.CreateDefaultForCore(resolver));
        var errors = resources.DistinctBy(r => (r.TypeName, r.Id, r.Meta?.VersionId)).SelectMany(r => validator.Validate(r).Issue
            .Where(i => i.Severity is OperationOutcome.IssueSeverity.Error or OperationOutcome.IssueSeverity.Fatal)
            // R4's ref-1 is empty, not true, for a reference without an address; R5 wrote it anew for that.
            .Where(i => i.Details?.Text?.Contains("constraint ref-1", StringComparison.Ordinal) != true)
            .Select(i => $"{r.TypeName}/{r.Id} {string.Join(' ', i.Expression)}: {i.Details?.Text}")).ToList();
        Assert.True(errors.Count == 0, string.Join('\n', errors));

        // The profile refuses what is no deviation, so it is the profile that was validated against.
        var stripped = (AdverseEvent)resources.First(r => r is AdverseEvent).DeepCopy();
        stripped.Extension.RemoveAll(e => e.Url!.EndsWith("/respondent", StringComparison.Ordinal));
        Assert.False(validator.Validate(stripped).Success);
    }

    /// <summary>The definitions as a validator loads them, from the package.</summary>
    private async Task<List<Resource>> PackageAsync(FhirJsonDeserializer parser)
    {
        using var http = new HttpClient { BaseAddress = system.Address };
        await using var zip = new global::System.IO.Compression.GZipStream(await http.GetStreamAsync("fhir/package.tgz"),
            global::System.IO.Compression.CompressionMode.Decompress);
        await using var tar = new global::System.Formats.Tar.TarReader(zip);
        var resources = new List<Resource>();
        var names = new List<string>();
        while (await tar.GetNextEntryAsync() is { } entry)
        {
            names.Add(entry.Name);
            if (entry.Name is "package/package.json" or "package/.index.json") continue;
            using var reader = new StreamReader(entry.DataStream!);
            resources.Add(parser.DeserializeResource(await reader.ReadToEndAsync()));
        }
        Assert.Equal(["package/package.json", "package/.index.json"], names.Take(2));
        Assert.True(resources.Count > 40, $"{resources.Count} definitions");
        return resources;
    }

    private static async Task<string> RunAsync(string program, params IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Path.Combine(RepositoryRoot.Path, "tests", "fhir-client"),
        })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return await output;
    }
}
