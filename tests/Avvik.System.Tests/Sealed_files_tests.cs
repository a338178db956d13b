using System.Text;
using Avvik.Testing;

namespace Avvik.System.Tests;

/// <summary>What somebody finds who copies the disk: no sentence that was reported.</summary>
[Collection(nameof(RunningSystem))]
public sealed class Sealed_files_tests(RunningSystem system)
{
    [Fact]
    public async Task No_sentence_that_was_reported_is_in_any_file()
    {
        var line = Corpus.Lines[0];
        var reporter = await system.ClientAsync(line.Reporter, "client");
        var receipt = await reporter.SubmitAsync(line.Submission.Fresh() with { Category = line.Category });
        await Eventually.IsTrue(async () => (await reporter.GetDeviationAsync(receipt.Id)).Case?.Unit == line.Unit, TimeSpan.FromSeconds(60));
        // As that of every other test of this system.
        var reference = Encoding.UTF8.GetBytes(receipt.Reference);
        var sentences = Corpus.Lines.Select(l => Encoding.UTF8.GetBytes(l.Submission.Narrative!.Split('.')[0])).ToList();

        var (searched, found, controls) = (0, new List<string>(), 0);
        foreach (var folder in new[] { "db", "broker", "logs", "anchors" })
            foreach (var file in global::System.IO.Directory.EnumerateFiles(Path.Combine(system.Data, folder), "*", SearchOption.AllDirectories))
            {
                var content = new MemoryStream();
                try
                {
                    await using var open = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                    await open.CopyToAsync(content);
                }
                catch (IOException) { continue; /* a lock, or a segment that the broker removed meanwhile */ }
                searched++;
                if (content.GetBuffer().AsSpan(0, (int)content.Length).IndexOf(reference) >= 0) controls++;
                if (sentences.Exists(s => content.GetBuffer().AsSpan(0, (int)content.Length).IndexOf(s) >= 0)) found.Add(Path.GetFileName(file));
            }
        Assert.True(searched > 20, $"only {searched} files were searched");
        Assert.True(controls > 0, "The reference was found nowhere: the search does not work.");
        Assert.Empty(found);
    }
}
