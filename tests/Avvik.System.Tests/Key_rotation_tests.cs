using Avvik.Testing;

namespace Avvik.System.Tests;

/// <summary><c>compose/keys</c>, as the key routine in <c>compose/security</c> says.</summary>
[Collection(nameof(RunningSystem))]
public sealed class Key_rotation_tests(RunningSystem system)
{
    // Synthetic: the month is 85.
    private const string Number = "13857510059";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Keys_are_rotated_and_retired_by_command_and_everything_stays_readable()
    {
        var line = Corpus.Lines[0];
        var reporter = await system.ClientAsync(line.Reporter, "client");
        var submitter = await system.ClientAsync(line.Reporter, "reporter");
        var before = await SubmitAsync();
        var withPatient = (await submitter.SubmitAsync(line.Submission.Fresh() with
        {
            Category = line.Category,
            Patient = new() { IdentifierType = "fnr", Identifier = Number },
        })).Id;

        await Script.RunAsync("compose/keys", "rotate", "envelope");
        await Script.RunAsync("compose/keys", "rotate", "text");
        await Script.RunAsync("compose/keys", "rotate", "reporting");
        await Eventually.IsTrue(async () =>
            await system.CountAsync("reporting", "select count(*) from deviations where submission not like 'k2.%'") == 0, Soon);
        await Eventually.IsTrue(async () => await system.CountAsync("triage", "select count(*) from assessments where narrative not like 'k2.%'") == 0, Soon);
        await Eventually.IsTrue(async () => await system.CountAsync("routing", "select count(*) from cases where narrative not like 'k2.%'") == 0, Soon);
        await Eventually.IsTrue(async () => await system.CountAsync("reporting", "select count(*) from envelopes where sealed not like 'k2.%'") == 0, Soon);
        Assert.True(await system.CountAsync("reporting", "select count(*) from envelopes") > 0);
        // Signed with the new key, and sealed with it.
        await SubmitAsync();
        foreach (var service in new[] { "reporting", "triage", "routing" })
            await Eventually.IsTrue(async () => await system.CountAsync(service, "select count(*) from outbox_message") == 0, Soon);

        await Script.RunAsync("compose/keys", "retire", "text");
        await Script.RunAsync("compose/keys", "retire", "envelope");
        foreach (var ring in new[] { "text", "envelope" }) Assert.False(File.Exists(Path.Combine(system.Data, $"secrets/{ring}.key")));
        Assert.Equal(Number, (await submitter.OpenEnvelopeAsync(withPatient, "contactPatient")).Identifier);
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
