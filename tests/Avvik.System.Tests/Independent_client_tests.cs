using System.Diagnostics;
using System.Text.Json;
using Avvik.Testing;

namespace Avvik.System.Tests;

/// <summary>
/// A client library that is none of ours (tests/oidc-client) against the issuer and a gateway that takes DPoP tokens, beside the one that takes
/// bearer tokens and before the same services.
/// </summary>
[Collection(nameof(RunningSystem))]
public sealed class Independent_client_tests(RunningSystem system) : IAsyncLifetime
{
    private DpopGateway _gateway = null!;

    public async Task InitializeAsync()
    {
        _gateway = await DpopGateway.StartAsync(system);
        await RunAsync("npm", "ci", "--no-audit", "--no-fund");
    }

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task Independent_client_reports_answers_and_reads_the_answer_with_dpop()
    {
        var reference = $"independent-{Guid.CreateVersion7()}";
        var file = Path.Combine(system.Data, reference + ".json");
        await File.WriteAllTextAsync(file, $$"""
            {
              "clientReference": "{{reference}}", "kind": "agreementBreach", "occurredAt": "2026-08-14", "category": "dischargeSummary",
              "respondent": { "organizationNumber": "983971709", "site": "SI Elverum" },
              "narrative": "Epikrisen kom ni dager etter utskrivning."
            }
            """);
        using var answer = JsonDocument.Parse(await RunAsync("node", "client.mjs", _gateway.Issuer, _gateway.Url, file, "handler-elverum-hamar"));
        var report = answer.RootElement.GetProperty("report");
        Assert.Equal(201, report.GetProperty("status").GetInt32());
        Assert.Equal("970540008", report.GetProperty("body").GetProperty("reporterOrganization").GetString());
        Assert.Equal(403, answer.RootElement.GetProperty("cases").GetInt32());
        Assert.Equal(("handler-elverum-hamar", "4"), (answer.RootElement.GetProperty("sub").GetString(), answer.RootElement.GetProperty("level").GetString()));
        Assert.Equal("Rutinen er endret.", answer.RootElement.GetProperty("answered").GetProperty("timeline").EnumerateArray()
            .Single(e => e.GetProperty("event").GetString() == "answered").GetProperty("text").GetString());
    }

    private static async Task<string> RunAsync(string program, params IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Path.Combine(RepositoryRoot.Path, "tests", "oidc-client")
        })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return await output;
    }
}
