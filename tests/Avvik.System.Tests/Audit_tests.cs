using Avvik.Testing;

namespace Avvik.System.Tests;

[Collection(nameof(RunningSystem))]
public sealed class Audit_tests(RunningSystem system)
{
    [Fact]
    public async Task Access_log_is_verified_against_what_the_other_services_have_kept_of_it()
    {
        var reporter = await system.ClientAsync("970540008", "client");
        var receipt = await reporter.SubmitAsync(Corpus.Lines[0].Submission.Fresh());
        await reporter.GetDeviationAsync(receipt.Id);
        var auditor = await system.ClientAsync("983971709", "auditor");
        foreach (var other in new[] { "triage", "routing", "statistics", "notices" })
            await Eventually.IsTrue(async () => (await auditor.ListAccessLogAnchorsAsync(other)).Any(a => a.Service == "reporting"), TimeSpan.FromSeconds(60));

        var verified = await Script.RunAsync("compose/audit", "verify");
        Assert.Matches("reporting +holds: [0-9]+ lines of the auditor's party, [0-9]+ anchors, kept by 4 other services", verified);
        Assert.DoesNotContain("BROKEN", verified, StringComparison.Ordinal);
        Assert.DoesNotContain("REWRITTEN", verified, StringComparison.Ordinal);
    }
}
