using Avvik.Testing;

namespace Avvik.System.Tests;

/// <summary><c>compose/keys</c>, as the key routine in <c>compose/security</c> says.</summary>
[Collection(nameof(RunningSystem))]
public sealed class Key_rotation_tests(RunningSystem system)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Keys_are_rotated_and_retired_by_command_and_everything_stays_readable()
    {
        var line = Corpus.Lines[0];
        var reporter = await system.ClientAsync(line.Reporter, "client");
        var before = await SubmitAsync();

        await Script.RunAsync("compose/keys", "rotate", "text");
        await Script.RunAsync("compose/keys", "rotate", "reporting");
        await Eventually.IsTrue(async () =>
            await system.CountAsync("reporting", "select count(*) from deviations where submission not like 'k2.%'") == 0, Soon);
        await Eventually.IsTrue(async () => await system.CountAsync("triage", "select count(*) from assessments where narrative not like 'k2.%'") == 0, Soon);
        // Signed with the new key, and sealed with it.
        await SubmitAsync();
        foreach (var service in new[] { "reporting", "triage", "routing" })
            await Eventually.IsTrue(async () => await system.CountAsync(service, "select count(*) from outbox_message") == 0, Soon);

        await Script.RunAsync("compose/keys", "retire", "text");
        Assert.False(File.Exists(Path.Combine(system.Data, "secrets/text.key")));
        Assert.Equal(line.Submission.Narrative, (await reporter.GetDeviationAsync(before)).Submission.Narrative);
        await SubmitAsync();

        async Task<Guid> SubmitAsync()
        {
            var id = (await reporter.SubmitAsync(line.Submission.Fresh() with { Category = line.Category })).Id;
            await Eventually.IsTrue(async () => (await reporter.GetDeviationAsync(id)).Case?.Unit == line.Unit, Soon);
            return id;
        }
    }
}
