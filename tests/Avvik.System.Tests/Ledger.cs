using System.Collections.Concurrent;
using Avvik.Testing;

namespace Avvik.System.Tests;

/// <summary>What was promised to reporters, and what became of it: counted in the databases and the broker, not in logs or by timers.</summary>
internal sealed class Ledger(RunningSystem system)
{
    private readonly ConcurrentDictionary<Guid, byte> _promised = new();

    public int Count => _promised.Count;

    /// <summary>Only after a 201 or a 200.</summary>
    public void Promise(Guid id) => _promised[id] = 0;

    /// <summary>Every promise is exactly one deviation, one assessment, one case and one fact; nothing appeared from nowhere; nothing was given up.</summary>
    /// <param name="organization">The reporting party that only this ledger sends for.</param>
    /// <param name="within">How long what is on its way may take.</param>
    public async Task SettleAsync(string organization, TimeSpan within)
    {
        await Eventually.IsTrue(async () => await WaitingAsync() == 0 && await CasesAsync(organization) >= Count && await FactsAsync(organization) >= Count,
            within, DescribeAsync);

        Assert.Equal(Count, await system.CountAsync("reporting", $"select count(*) from deviations where reporter_organization = '{organization}'"));
        var promised = _promised.Keys.ToHashSet();
        foreach (var (service, sql) in new[]
        {
            ("reporting", $"select id from deviations where reporter_organization = '{organization}'"),
            ("triage", $"select id from assessments where json_extract(facts, '$.reporterOrganization') = '{organization}'"),
            ("routing", $"select id from cases where reporter_organization = '{organization}'"),
        })
        {
            var ids = await system.QueryAsync(service, sql, r => r.GetGuid(0));
            Assert.Equal(ids.Count, ids.Distinct().Count());
            Assert.True(promised.SetEquals(ids), $"{service}: {promised.Except(ids).Count()} missing, {ids.Except(promised).Count()} from nowhere");
        }
        Assert.Equal(Count, await FactsAsync(organization));
        foreach (var service in RunningSystem.Services)
        {
            Assert.Equal(0, await system.CountAsync(service, "select count(*) from parked_message where resolved_at is null"));
            Assert.Equal(0, await system.CountAsync(service, "select count(*) from outbox_message"));
        }
        foreach (var (queue, depth) in await QueuesAsync())
            if (!RunningSystem.Services.Contains(queue, StringComparer.Ordinal)) Assert.True(depth == 0, $"{queue} holds {depth}");
    }

    private Task<long> CasesAsync(string organization) =>
        system.CountAsync("routing", $"select count(*) from cases where reporter_organization = '{organization}'");

    // Facts hold no organisation of the reporter's, but its municipality.
    private Task<long> FactsAsync(string organization) => system.CountAsync("statistics",
        $"select count(*) from facts where municipality = '{Contracts.HealthCommunities.Party(organization)!.MunicipalityNumber}' "
        + "and direction = 'municipalityToTrust'");

    private async Task<long> WaitingAsync()
    {
        long waiting = 0;
        foreach (var service in RunningSystem.Services) waiting += await system.CountAsync(service, "select count(*) from outbox_message");
        return waiting;
    }

    private async Task<string> DescribeAsync()
    {
        var lines = new List<string>();
        foreach (var service in RunningSystem.Services)
        {
            var outbox = await system.CountAsync(service, "select count(*) from outbox_message");
            var parked = await system.CountAsync(service, "select count(*) from parked_message");
            lines.Add($"{service}: outbox {outbox}, parked {parked}");
        }
        lines.AddRange((await QueuesAsync()).Select(q => $"queue {q.Name}: {q.Depth}"));
        return $"Promised {Count}. {string.Join("; ", lines)}";
    }

    private async Task<IReadOnlyList<(string Name, int Depth)>> QueuesAsync() =>
        [.. (await Script.RunAsync("compose/broker", "ctl", Path.Combine(system.Data, "broker"), "--quiet", "--vhost", "avvik", "list_queues", "name",
            "messages", "--no-table-headers"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t'))
                .Select(c => (c[0], int.Parse(c[1], global::System.Globalization.CultureInfo.InvariantCulture)))];
}
