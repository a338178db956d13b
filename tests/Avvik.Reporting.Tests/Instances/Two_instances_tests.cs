using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Reporting.Tests.Instances;

/// <summary>PostgreSQL only: a SQLite file has one process.</summary>
public sealed class Two_instances_tests
{
    [Fact]
    public async Task Submissions_reads_and_case_events_on_two_instances_never_deadlock()
    {
        const int rounds = 25, some = 12;
        await using var database = await Databases.CreateAsync(DatabaseProvider.Postgres);
        var random = new Random(1);
        await using (var first = new ServiceUnderTest<Program>(database))
        await using (var second = new ServiceUnderTest<Program>(database))
        {
            ServiceUnderTest<Program>[] instances = [first, second];
            var submitted = await Task.WhenAll(Enumerable.Range(0, some).Select(_ => first.Reporter().SubmitAsync(Given.Submission)));
            for (var round = 0; round < rounds; round++)
            {
                await Task.WhenAll(instances.SelectMany(instance =>
                {
                    var client = instance.Reporter();
                    var shuffled = submitted.ToArray();
                    random.Shuffle(shuffled);
                    return Enumerable.Range(0, some).Select(async i =>
                    {
                        await (i % 3 == 0 ? client.SubmitAsync(Given.Submission)
                            : i % 3 == 1 ? instance.ReceiveAsync(shuffled[i..].Select(d => d.Changed(3 + round, "acknowledged", CaseStates.Acknowledged)))
                            : client.GetDeviationAsync(shuffled[i].Id) as Task);
                    });
                }));
            }
            // A number is given once, and none is skipped.
            foreach (var numbers in new[] { "select count(distinct reference) from deviations", "select last from reference_counter" })
                Assert.Equal(some + (rounds * 2 * some / 3), await database.CountAsync(numbers));
        }
        // A deadlock is retried, so only the server's statistics show it, at the latest when its session has ended.
        Npgsql.NpgsqlConnection.ClearAllPools();
        await Eventually.IsTrue(
            async () => await database.CountAsync("select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()") == 0,
            TimeSpan.FromSeconds(30));
        Assert.Equal(0, await database.CountAsync("select deadlocks from pg_stat_database where datname = current_database()"));
    }

    [Fact]
    public async Task Withdrawal_and_routing_at_once_on_two_instances_end_the_same_everywhere()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Postgres);
        await using var first = new ServiceUnderTest<Program>(database);
        await using var second = new ServiceUnderTest<Program>(database);
        for (var round = 0; round < 25; round++)
        {
            var deviation = await first.Reporter().SubmitAsync(Given.Submission);
            var withdrawal = Record.ExceptionAsync(() => first.Reporter().WithdrawAsync(deviation.Id, "Meldt to ganger."));
            await Task.WhenAll(withdrawal, second.ReceiveAsync(deviation.Changed(3, "routed", CaseStates.Routed)));
            // Withdrawn before it was routed, and published; or refused, and not published.
            var withdrawn = await withdrawal is null;
            Assert.Equal(withdrawn ? CaseStates.Withdrawn : CaseStates.Routed, (await first.Reporter().GetDeviationAsync(deviation.Id)).State);
            Assert.Equal(withdrawn ? 1 : 0, await database.CountAsync(
                $"select count(*) from outbox_message where aggregate_id = '{deviation.Id}' and type like '%withdrawn%'"));
        }
    }
}
