using System.Text.Json.Nodes;
using Avvik.Client;
using Avvik.Testing;

namespace Avvik.System.Tests;

/// <summary><c>compose/directory</c> against the whole system: a health community that does not ship is entered by a file and used at once.</summary>
[Collection(nameof(RunningSystem))]
public sealed class Directory_import_tests(RunningSystem system)
{
    private const string Vestfold = "983975259", Tønsberg = "921383681";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Community_is_imported_by_file_and_used_without_a_restart()
    {
        var file = Path.Combine(RepositoryRoot.Path, "compose/communities/vestfold.json");
        var preview = await Script.RunAsync("compose/directory", "import", file, "--dry-run");
        Assert.Contains("nothing was stored", preview, StringComparison.Ordinal);
        Assert.Contains(Tønsberg, preview, StringComparison.Ordinal);
        Assert.DoesNotContain("Vestfold tar i bruk", await Script.RunAsync("compose/directory", "list"), StringComparison.Ordinal);

        Assert.Contains("values changed", await Script.RunAsync("compose/directory", "import", file, "--reason", "Vestfold tar i bruk Avvik."),
            StringComparison.Ordinal);
        Assert.Contains("Vestfold tar i bruk Avvik.", await Script.RunAsync("compose/directory", "list"), StringComparison.Ordinal);

        // What is written out can be changed, imported and taken back.
        var exported = JsonNode.Parse(await Script.RunAsync("compose/directory", "export", "vestfold"))!.AsArray();
        var copy = Path.Combine(system.Data, "vestfold.json");
        await File.WriteAllTextAsync(copy, exported.ToJsonString());
        Assert.Equal("nothing changes", await Script.RunAsync("compose/directory", "import", copy, "--dry-run"));
        exported[0]!["name"] = "Helsefellesskapet Vestfold";
        await File.WriteAllTextAsync(copy, exported.ToJsonString());
        Assert.Contains("~ vestfold", await Script.RunAsync("compose/directory", "import", copy, "--reason", "Nytt navn."), StringComparison.Ordinal);
        Assert.Contains("Helsefellesskapet i Vestfold", await Script.RunAsync("compose/directory", "undo", "--reason", "Feil navn."), StringComparison.Ordinal);
        var somatics = exported[0]!["trust"]!["units"]!.AsArray().Single(u => (string)u!["code"]! == "siv-somatikk")!;
        somatics["mailbox"] = "somatikk@siv.example";
        await File.WriteAllTextAsync(copy, exported.ToJsonString());
        await Script.RunAsync("compose/directory", "import", copy, "--reason", "Felles postkasse.");
        // All of a file or nothing, with every fault in words.
        exported[0]!["regions"]![0]!["municipalities"]![0]!["organizationNumber"] = "123";
        await File.WriteAllTextAsync(copy, exported.ToJsonString());
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => Script.RunAsync("compose/directory", "import", copy));
        Assert.Contains("/organizationNumber", refused.Message, StringComparison.Ordinal);

        // A report between its parties, as soon as the services have heard of it.
        var (nurse, coordinator) = (await system.ClientAsync(Tønsberg, "reporter"), await system.ClientAsync(Vestfold, "coordinator"));
        Deviation? receipt = null;
        await Eventually.IsTrue(async () =>
        {
            try
            {
                receipt = await nurse.SubmitAsync(Corpus.Lines[0].Submission.Fresh() with
                {
                    Category = "discharge",
                    ActualHarm = "mild",
                    PatientMunicipality = null,
                    ReportingUnit = null,
                    Respondent = new() { OrganizationNumber = Vestfold, Site = "Sykehuset i Vestfold Larvik" },
                });
                return true;
            }
            catch (AvvikProblemException) { return false; }
        }, Soon);
        Assert.Equal(("vestfold", "municipalityToTrust", "vestfold-samarbeidsavtale"),
            (receipt!.Community, receipt.Direction, receipt.Agreement?.Code));
        CaseDetails? routed = null;
        await Eventually.IsTrue(async () =>
        {
            try { return (routed = await coordinator.GetCaseAsync(receipt.Id)) is not null; }
            catch (AvvikProblemException) { return false; }
        }, Soon);
        Assert.Equal(("routed", "siv-somatikk", "site"), (routed!.Case.State, routed.Case.Unit, routed.Routing.Rule));
        await Eventually.IsTrue(async () => (await coordinator.ListUnitNoticeSettingsAsync()).Items
            .Any(s => s is { Unit: "siv-somatikk", Mailbox: "somatikk@siv.example" }), Soon);
        await Eventually.IsTrue(async () => (await coordinator.GetStatisticsAsync(new() { By = ["unit"] })).Rows
            .Any(r => r.Dimensions!["unit"].GetString() == "siv-somatikk" && r.Count.Value == 1), Soon);
    }
}
