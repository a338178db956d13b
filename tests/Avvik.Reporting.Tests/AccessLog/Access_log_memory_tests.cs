using System.Text.Json;
using Avvik.AccessLog;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Reporting.Tests.AccessLog;

/// <summary>Alone in the process: what other tests hold meanwhile would be counted too.</summary>
[CollectionDefinition(nameof(Access_log_memory_tests), DisableParallelization = true), Collection(nameof(Access_log_memory_tests))]
public sealed class Access_log_memory_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    [Theory, MemberData(nameof(Engines))]
    public async Task Verification_streams_its_progress_in_flat_memory(DatabaseProvider provider)
    {
        const int lines = 60_000;
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var http = Auditing(service);
        await AppendDirectlyAsync(database, lines);
        using var response = await http.GetAsync("/api/v1/access-log/reporting/verification", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType!.MediaType);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var (progress, last, memory) = (new List<long>(), "", new List<long>());
        while (await reader.ReadLineAsync() is { } line)
        {
            last = line;
            if (!line.Contains("checked", StringComparison.Ordinal)) continue;
            progress.Add(JsonSerializer.Deserialize(line, ClientJson.Default.AccessLogProgress)!.Checked);
            memory.Add(GC.GetTotalMemory(forceFullCollection: progress.Count % 20 == 1));
        }
        Assert.True(progress.Count >= 10, $"{progress.Count} progress lines");
        Assert.Equal(progress.Order(), progress);
        Assert.Equal((true, 100), (JsonSerializer.Deserialize(last, ClientJson.Default.AccessLogVerification)!.Intact, progress[^1]));
        var collected = memory.Where((_, i) => i % 20 == 0).ToList();
        Assert.True(collected[^1] - collected[0] < 10_000_000, $"from {collected[0]} to {collected[^1]} bytes");

        static HttpClient Auditing(ServiceUnderTest<Program> service)
        {
            var http = service.As(Given.Hamar, Roles.Auditor);
            http.DefaultRequestHeaders.Accept.ParseAdd("application/x-ndjson");
            return http;
        }
    }

    /// <summary>Writes a log as the service would, many lines to a statement.</summary>
    private static async Task AppendDirectlyAsync(TestDatabase database, int lines)
    {
        string Bytes(byte[] value) => database.Provider == DatabaseProvider.Sqlite ? $"x'{Convert.ToHexString(value)}'" : $"'\\x{Convert.ToHexString(value)}'";
        var previous = Array.Empty<byte>();
        foreach (var chunk in Enumerable.Range(1, lines).Chunk(1000))
            await database.ExecuteAsync(
                "insert into access_log (position, at, subject, client_id, roles, organization, action, hash) values "
                + string.Join(", ", chunk.Select(position =>
            {
                var entry = new AccessEntry
                {
                    Position = position,
                    At = Given.Now,
                    Subject = "s",
                    ClientId = "c",
                    Roles = "reporter",
                    Organization = Given.Hamar,
                    Action = AccessActions.ChangesRead,
                };
                previous = entry.HashAfter(previous);
                return $"({position}, {Given.Now.ToUnixTimeMilliseconds()}, 's', 'c', 'reporter', '{Given.Hamar}', '{entry.Action}', {Bytes(previous)})";
            })));
        await database.ExecuteAsync($"insert into access_log_head (id, position, hash) values (1, {lines}, {Bytes(previous)})");
    }
}
