using System.Diagnostics;
using System.Text.Json.Nodes;
using Avvik.Testing;

namespace Avvik.Gateway.Tests;

/// <summary>Spectral (tests/api-lint, needs Node.js) finds nothing in the API's description.</summary>
public sealed class Api_lint_tests : IAsyncLifetime
{
    private static readonly string Folder = Path.Combine(RepositoryRoot.Path, "tests", "api-lint");
    private static readonly string Document = Path.Combine(RepositoryRoot.Path, "contracts", "openapi", "v1.json");

    public async Task InitializeAsync() => Assert.Equal((0, ""), await RunAsync("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"));

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Api_description_is_clean()
    {
        var (exit, output) = await LintAsync(Document);
        Assert.True(exit == 0, output);
    }

    [Fact]
    public async Task Lint_finds_what_breaks_each_of_our_rules()
    {
        var document = JsonNode.Parse(await File.ReadAllTextAsync(Document))!;
        var (list, submit) = (document["paths"]!["/api/v1/deviations"]!["get"]!, document["paths"]!["/api/v1/deviations"]!["post"]!);
        list["parameters"]![0]!["name"] = "State";
        list.AsObject().Remove("x-idempotent");
        submit["responses"]!["422"]!["content"] = new JsonObject { ["application/json"] = new JsonObject() };
        submit["requestBody"]!["content"]!["application/json"]!["examples"]!["minimal"]!["value"]!["kind"] = "nonsense";
        document["paths"]!["/api/v1/deviations/validate"]!["post"]!["requestBody"]!["content"]!["application/json"]!.AsObject().Remove("schema");
        document["paths"]!["/fhir/AdverseEvent"]!["post"]!["responses"]!["422"]!["content"] = new JsonObject { ["application/json"] = new JsonObject() };
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, document.ToJsonString());
            var (exit, output) = await LintAsync(file);
            Assert.Equal(1, exit);
            foreach (var rule in new[] { "query-parameter-camel-case", "operation-says-whether-it-may-be-repeated", "error-is-a-problem-document",
                "request-is-described", "error-of-fhir-is-an-operation-outcome", "oas3-valid-media-example" })
                Assert.Contains(rule, output, StringComparison.Ordinal);
        }
        finally { File.Delete(file); }
    }

    private static Task<(int Exit, string Output)> LintAsync(string document) => RunAsync(Path.Combine(Folder, "node_modules", ".bin", "spectral"), "lint",
        "--fail-severity=hint", "-r", Path.Combine(RepositoryRoot.Path, "contracts", "openapi", ".spectral.yaml"), document);

    private static async Task<(int Exit, string Output)> RunAsync(string program, params IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Folder,
        })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + (process.ExitCode == 0 ? "" : await errors));
    }
}
