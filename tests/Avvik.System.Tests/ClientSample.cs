using System.Diagnostics;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Avvik.Testing;
using Microsoft.AspNetCore.WebUtilities;

namespace Avvik.System.Tests;

/// <summary>
/// The client packed, and contracts/Avvik.Client.Sample published with native AOT outside the repository, from that package: as an integrator has it.
/// </summary>
public sealed class ClientSample : IAsyncLifetime
{
    private readonly string _folder = global::System.IO.Directory.CreateTempSubdirectory("avvik-client-").FullName;

    // A version of its own, since NuGet's cache would keep the client of an earlier build.
    public string Version { get; } = $"0.0.1-test.{Guid.CreateVersion7():N}";

    public string Packages => Path.Combine(_folder, "packages");

    public string BuildLog { get; private set; } = "";

    public string Executable => Path.Combine(_folder, "published", "sample");

    public async Task InitializeAsync()
    {
        await RunAsync("dotnet", RepositoryRoot.Path, "pack", "contracts/Avvik.Client", "-c", "Release", "--no-build", "-o", Packages,
            $"-p:PackageVersion={Version}", "--nologo");
        var project = Path.Combine(_folder, "sample");
        global::System.IO.Directory.CreateDirectory(project);
        File.Copy(Path.Combine(RepositoryRoot.Path, "contracts", "Avvik.Client.Sample", "Program.cs"), Path.Combine(project, "Program.cs"));
        await File.WriteAllTextAsync(Path.Combine(project, "sample.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <PublishAot>true</PublishAot>
                <CppCompilerAndLinker>gcc</CppCompilerAndLinker>
                <InvariantGlobalization>true</InvariantGlobalization>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <RestoreAdditionalProjectSources>{Packages}</RestoreAdditionalProjectSources>
              </PropertyGroup>
              <ItemGroup><PackageReference Include="Avvik.Client" Version="{Version}" /></ItemGroup>
            </Project>
            """);
        BuildLog = await RunAsync("dotnet", project, "publish", "-c", "Release", "-r", "linux-x64", "-o", Path.GetDirectoryName(Executable)!, "--nologo",
            "-nodeReuse:false");
    }

    public async Task DisposeAsync()
    {
        var cache = (await RunAsync("dotnet", _folder, "nuget", "locals", "global-packages", "--list")).Split(": ", 2)[1].Trim();
        var cached = Path.Combine(cache, "avvik.client", Version);
        if (global::System.IO.Directory.Exists(cached)) global::System.IO.Directory.Delete(cached, recursive: true);
        global::System.IO.Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A client that is registered at the issuer, and the file with its key.</summary>
    public async Task<(string ClientId, string KeyFile)> RegisterAsync(string issuer, string organization)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        using var http = new HttpClient();
        using var answer = await http.PostAsJsonAsync(new Uri($"{issuer}/connect/register"), new JsonObject
        {
            ["orgnr_parent"] = organization,
            ["jwks"] = new JsonObject
            {
                ["keys"] = new JsonArray(new JsonObject
                {
                    ["kty"] = "EC",
                    ["crv"] = "P-256",
                    ["x"] = WebEncoders.Base64UrlEncode(point.X!),
                    ["y"] = WebEncoders.Base64UrlEncode(point.Y!),
                }),
            },
        });
        var client = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>()).GetProperty("client_id").GetString()!;
        var file = Path.Combine(_folder, $"{client}.pem");
        await File.WriteAllTextAsync(file, key.ExportPkcs8PrivateKeyPem());
        return (client, file);
    }

    public Process Start(string gateway, string issuer, string clientId, string keyFile, string outboxFile) =>
        Process.Start(new ProcessStartInfo(Executable, [gateway, issuer, clientId, keyFile, outboxFile])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;

    private static async Task<string> RunAsync(string program, string folder, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = folder,
        };
        start.Environment["DOTNET_NOLOGO"] = "1";
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}\n{await output}\n{await errors}");
        return await output;
    }
}
