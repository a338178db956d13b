using Avvik.Client;
using Refit;

namespace Avvik.System.Tests;

[Collection(nameof(RunningSystem))]
public sealed class Attachment_journey_tests(RunningSystem system)
{
    private const string Hamar = "970540008", SykehusetInnlandet = "983971709", Unit = "si-elverum-hamar";

    /// <summary>Of several megabytes, through the gateway; Reporting asks Routing who has the case.</summary>
    [Fact]
    public async Task File_reaches_the_unit_that_has_the_case_and_its_own_the_reporter()
    {
        byte[] file = [.. "%PDF-1.7\n"u8, .. new byte[6_000_000], .. "\n%%EOF"u8];
        var reporter = AvvikClient.Connect(system.Address, await system.TokenAsync(Hamar, "reporter", "3403-sykepleie", "attachment-reporter"));
        var handler = await system.ClientAsync(SykehusetInnlandet, "handler", Unit);
        var deviation = await reporter.SubmitAsync(Corpus.Lines[0].Submission.Fresh() with
        {
            Category = "dischargeSummary",
            ActualHarm = "none",
            Respondent = new() { OrganizationNumber = SykehusetInnlandet, Site = "SI Elverum" },
        });
        var added = await reporter.AddAttachmentAsync(deviation.Id, "report", new StreamPart(new MemoryStream(file), "epikrise.pdf"));
        Page<Attachment>? seen = null;
        await Avvik.Testing.Eventually.IsTrue(async () =>
        {
            try { return (seen = await handler.ListAttachmentsAsync(deviation.Id)).Items.Count == 1; }
            // Not routed yet.
            catch (AvvikProblemException problem) when (problem.Status == global::System.Net.HttpStatusCode.NotFound) { return false; }
        }, TimeSpan.FromSeconds(60));
        Assert.Equal(added with { Removable = false }, seen!.Items[0]);
        using (var content = await handler.OpenAttachmentAsync(deviation.Id, added.Id))
        {
            Assert.Equal("epikrise.pdf", content.Headers.ContentDisposition!.FileNameStar);
            Assert.Equal(file, await content.ReadAsByteArrayAsync());
        }
        await handler.AddAttachmentAsync(deviation.Id, "answer", new StreamPart(new MemoryStream("Ny rutine."u8.ToArray()), "rutine.txt"));
        Assert.Equal(["report", "answer"], (await reporter.ListAttachmentsAsync(deviation.Id)).Items.Select(a => a.BelongsTo));
        await reporter.RemoveAttachmentAsync(deviation.Id, added.Id);
        Assert.Equal(["answer"], (await handler.ListAttachmentsAsync(deviation.Id)).Items.Select(a => a.BelongsTo));
    }
}
