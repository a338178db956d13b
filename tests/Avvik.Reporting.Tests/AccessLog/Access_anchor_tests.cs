using Avvik.AccessLog;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Reporting.Persistence;
using Avvik.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Avvik.Reporting.Tests.AccessLog;

/// <summary>Whoever has the database can rewrite the log, its hashes and its head; the signed anchors outside it tell.</summary>
public sealed class Access_anchor_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    [Theory, MemberData(nameof(Engines))]
    public async Task Log_rewritten_as_a_whole_is_found_out_by_its_anchors(DatabaseProvider provider)
    {
        var folder = Directory.CreateTempSubdirectory("avvik-anchors-").FullName;
        try
        {
            var file = Path.Combine(folder, "reporting.jsonl");
            await using var database = await Databases.CreateAsync(provider);
            await using var service = new ServiceUnderTest<Program>(database, null, ("AccessLog:AnchorFile", file), ("AccessLog:AnchorSeconds", "1"));
            var deviation = await service.Reporter().SubmitAsync(Given.Submission);
            for (var i = 0; i < 3; i++) await service.Reporter().GetDeviationAsync(deviation.Id);
            await Eventually.IsTrue(async () => File.Exists(file) && (await File.ReadAllTextAsync(file)).Contains("\"position\":3", StringComparison.Ordinal),
                TimeSpan.FromSeconds(60));
            var auditor = service.ClientAs(Given.Hamar, Roles.Auditor);
            var before = await auditor.VerifyAccessLogAsync("reporting");
            Assert.True(before.Intact && before.Anchors > 0, before.ToString());

            await RewriteAsync(service, database);
            var rewritten = await auditor.VerifyAccessLogAsync("reporting");
            Assert.False(rewritten.Intact);
            // The chain itself holds, so without the anchors nobody would see it.
            var anchors = await File.ReadAllTextAsync(file);
            File.Delete(file);
            Assert.True((await auditor.VerifyAccessLogAsync("reporting")).Intact);

            // An anchor that the service has not signed counts as a contradiction.
            var head = (await auditor.VerifyAccessLogAsync("reporting")).Head;
            await File.WriteAllTextAsync(file, anchors.Split('\n')[^2].Replace("\"hash\":\"", $"\"hash\":\"{head}", StringComparison.Ordinal) + "\n");
            Assert.False((await auditor.VerifyAccessLogAsync("reporting")).Intact);
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Other_services_keep_the_heads_and_see_one_that_contradicts_an_earlier(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var auditor = service.ClientAs(Given.Hamar, Roles.Auditor);
        Assert.Empty(await auditor.ListAccessLogAnchorsAsync("reporting"));

        // In any order, and twice.
        await service.ReceiveAsync(Anchor(20, "20", 10, "10"));
        await service.ReceiveAsync(Anchor(10, "10", null, null));
        await service.ReceiveAsync(Anchor(10, "10", null, null));
        var kept = Assert.Single(await auditor.ListAccessLogAnchorsAsync("reporting"));
        Assert.Equal(("triage", "20", null), (kept.Service, kept.Hash, kept.Contradicted));

        // The log was rewritten: what was line 20 has another hash.
        await service.ReceiveAsync(Anchor(30, "30", 20, "another"));
        Assert.Equal(30, Assert.Single(await auditor.ListAccessLogAnchorsAsync("reporting")).Contradicted);

        foreach (var sql in new[] { "update access_log_anchors set hash = 'x'", "delete from access_log_anchors" })
            Assert.Contains("only added to", (await Assert.ThrowsAnyAsync<Exception>(() => database.ExecuteAsync(sql))).ToString(), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Log_that_began_again_contradicts_what_others_kept(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        await service.ReceiveAsync(Anchor(10, "10", null, null));
        await service.ReceiveAsync(Anchor(20, "20", null, null));
        Assert.Equal(20, Assert.Single(await service.ClientAs(Given.Hamar, Roles.Auditor).ListAccessLogAnchorsAsync("reporting")).Contradicted);
    }

    private static AccessLogAnchored Anchor(long position, string hash, long? previousPosition, string? previousHash) => new()
    {
        AggregateId = PublisherWatermark.IdOf("triage"),
        Version = PublisherWatermark.VersionOf(Given.Now),
        OccurredAt = Given.Now,
        Publisher = "triage",
        Position = position,
        Hash = hash,
        PreviousPosition = previousPosition,
        PreviousHash = previousHash,
    };

    /// <summary>Gives the first line another subject, and every line and the head the hashes that follow from it.</summary>
    private static async Task RewriteAsync(ServiceUnderTest<Program> service, TestDatabase database)
    {
        foreach (var change in new[] { "update", "delete" })
            await database.ExecuteAsync($"drop trigger access_log_no_{change}{(database.Provider == DatabaseProvider.Postgres ? " on access_log" : "")}");
        await database.ExecuteAsync("update access_log set subject = 'somebody-else' where position = 1");
        await using var db = await service.Services.GetRequiredService<IDbContextFactory<ReportingDbContext>>().CreateDbContextAsync();
        var previous = Array.Empty<byte>();
        foreach (var entry in await db.Set<AccessEntry>().AsNoTracking().OrderBy(e => e.Position).ToListAsync())
        {
            previous = entry.HashAfter(previous);
            var bytes = database.Provider == DatabaseProvider.Sqlite ? $"x'{Convert.ToHexString(previous)}'" : $"'\\x{Convert.ToHexString(previous)}'";
            await database.ExecuteAsync($"update access_log set hash = {bytes} where position = {entry.Position}");
            await database.ExecuteAsync($"update access_log_head set hash = {bytes}");
        }
    }
}
