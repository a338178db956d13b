using System.Formats.Tar;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Avvik.Client;
using Avvik.Testing;
using Docker.DotNet;
using Docker.DotNet.Models;
using DotNet.Testcontainers.Configurations;
using Microsoft.Data.Sqlite;

namespace Avvik.Containers.Tests;

/// <summary><c>compose.yaml</c> as built from this checkout and running in containers, with ports of its own.</summary>
public sealed class ComposedSystem : IAsyncLifetime
{
    private readonly HttpClient _identity = new();
    private readonly DockerClient _engine = (TestcontainersSettings.OS.DockerEndpointAuthConfig
        ?? throw new InvalidOperationException("No container engine answers: run tests/run --containers.")).GetDockerClientBuilder().Build();

    private readonly string _project = Environment.GetEnvironmentVariable("COMPOSE_PROJECT_NAME") ?? "avvik-test";

    public Uri Gateway { get; } = new($"http://127.0.0.1:{ServiceProcess.FreePort()}/");

    public async Task InitializeAsync()
    {
        Environment.SetEnvironmentVariable("COMPOSE_PROJECT_NAME", _project);
        Environment.SetEnvironmentVariable("AVVIK_PORT", Gateway.Port.ToString(CultureInfo.InvariantCulture));
        var identity = ServiceProcess.FreePort();
        Environment.SetEnvironmentVariable("AVVIK_IDENTITY_PORT", identity.ToString(CultureInfo.InvariantCulture));
        _identity.BaseAddress = new Uri($"http://127.0.0.1:{identity}/");
        await ComposeAsync("up", "--build", "--detach");
        await ReadyAsync();
    }

    public async Task DisposeAsync()
    {
        await ComposeAsync("down", "--volumes", "--rmi", "local");
        _identity.Dispose();
        _engine.Dispose();
    }

    public static Task<string> ComposeAsync(params IEnumerable<string> arguments) => Script.RunAsync("compose/containers", arguments);

    public Task ReadyAsync()
    {
        var http = new HttpClient { BaseAddress = Gateway, Timeout = TimeSpan.FromSeconds(5) };
        return Eventually.IsTrue(async () =>
        {
            try
            {
                using var answer = await http.GetAsync(new Uri("health/ready", UriKind.Relative));
                return answer.IsSuccessStatusCode;
            }
            catch (Exception error) when (error is HttpRequestException or TaskCanceledException) { return false; }
        }, TimeSpan.FromMinutes(3), () => ComposeAsync("logs", "--tail", "20"));
    }

    public async Task<HttpClient> HttpAsync(string organization, string role)
    {
        var http = new HttpClient { BaseAddress = Gateway, Timeout = TimeSpan.FromSeconds(60) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(organization, role));
        return http;
    }

    private async Task<string> TokenAsync(string organization, string role)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal) { ["organization"] = organization, ["role"] = role });
        using var answer = await _identity.PostAsync(new Uri("token", UriKind.Relative), form);
        answer.EnsureSuccessStatusCode();
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStreamAsync());
        return document.RootElement.GetProperty("access_token").GetString()!;
    }

    public async Task<IAvvikClient> ClientAsync(string organization, string role) => AvvikClient.Connect(Gateway, await TokenAsync(organization, role));

    /// <summary>The running containers, by their service in compose.yaml.</summary>
    public async Task<IReadOnlyDictionary<string, ContainerInspectResponse>> ContainersAsync()
    {
        var found = await _engine.Containers.ListContainersAsync(new ContainersListParameters
        {
            Filters = new Dictionary<string, IDictionary<string, bool>>(StringComparer.Ordinal)
            {
                ["label"] = new Dictionary<string, bool>(StringComparer.Ordinal) { [$"com.docker.compose.project={_project}"] = true },
            },
        });
        var containers = new Dictionary<string, ContainerInspectResponse>(StringComparer.Ordinal);
        foreach (var container in found) containers[container.Labels["com.docker.compose.service"]] =
            await _engine.Containers.InspectContainerAsync(container.ID);
        return containers;
    }

    /// <summary>Runs the container's health check; returns its exit code. Podman without systemd never runs one by itself.</summary>
    public async Task<long?> CheckHealthAsync(ContainerInspectResponse container)
    {
        var command = container.Config!.Healthcheck!.Test!.Skip(1).ToList();
        var exec = await _engine.Exec.CreateContainerExecAsync(container.ID,
            new ContainerExecCreateParameters { Cmd = command, AttachStdout = true, AttachStderr = true });
        using var output = await _engine.Exec.StartContainerExecAsync(exec.ID, new ContainerExecStartParameters());
        await output.ReadOutputToEndAsync(CancellationToken.None);
        return (await _engine.Exec.InspectContainerExecAsync(exec.ID)).ExitCode;
    }

    /// <summary>The ids that a query finds in the database of a service, which must have been stopped.</summary>
    public async Task<HashSet<Guid>> IdsAsync(ContainerInspectResponse container, string sql)
    {
        var folder = global::System.IO.Directory.CreateTempSubdirectory("avvik-containers-").FullName;
        try
        {
            var archive = await _engine.Containers.GetArchiveFromContainerAsync(container.ID, new ContainerPathStatParameters { Path = "/data" },
                statOnly: false);
            // The client's stream takes a read of no bytes, with which the tar reader ends each entry, for a lost connection: the archive is copied first.
            using var copy = new MemoryStream();
            await archive.Stream!.CopyToAsync(copy);
            copy.Position = 0;
            // By the files' names: of a volume, Podman's archive begins with the folder "/", which the framework does not extract.
            await using (var tar = new TarReader(copy))
                while (await tar.GetNextEntryAsync() is { } entry)
                    if (entry.EntryType is TarEntryType.RegularFile)
                        await entry.ExtractToFileAsync(Path.Combine(folder, Path.GetFileName(entry.Name)), overwrite: true);
            await using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "avvik.db")};Pooling=false");
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = sql;
            await using var reader = await command.ExecuteReaderAsync();
            var ids = new HashSet<Guid>();
            while (await reader.ReadAsync()) Assert.True(ids.Add(reader.GetGuid(0)), "An id is there twice.");
            return ids;
        }
        finally { global::System.IO.Directory.Delete(folder, recursive: true); }
    }
}
